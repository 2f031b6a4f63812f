namespace Portal.Shared;

/// <summary>Line drawings of places and actions, as the inside of an SVG of 16 × 16 in the colour of the text.</summary>
public static class LineIcons
{
    /// <summary>Gets the drawing for activity.</summary>
    public const string Activity = """<circle cx="8" cy="8" r="6"/><path d="M8 4.6V8l2.4 1.6"/>""";

    /// <summary>Gets the drawing for alerts.</summary>
    public const string Bell = """<path d="M3.500 11.500h9c-.9-1-1.300-2-1.300-4.200a3.200 3.200 0 0 0-6.400 0c0 2.200-.4 3.200-1.300 4.200ZM6.800 13.600h2.400"/>""";

    /// <summary>Gets the drawing for charts.</summary>
    public const string Chart = """<path d="M2 2.5v11h12"/><path d="m4.2 10 2.6-3.4 2.4 2 4-5"/>""";

    /// <summary>Gets the drawing for close.</summary>
    public const string Close = """<path d="m4 4 8 8M12 4l-8 8"/>""";

    /// <summary>Gets the drawing for a language.</summary>
    public const string Globe = """<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c3.2 3.4 3.2 8.6 0 12M8 2c-3.2 3.4-3.2 8.6 0 12"/>""";

    /// <summary>Gets the drawing for cluster.</summary>
    public const string Cluster = """<rect x="2" y="2.2" width="12" height="4.6" rx="1"/><rect x="2" y="9.2" width="12" height="4.6" rx="1"/><path d="M4.6 4.5h.1M4.6 11.5h.1M7.5 4.5h4M7.5 11.5h4"/>""";

    /// <summary>Gets the drawing for copy.</summary>
    public const string Copy = """<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M3.5 10.5h-1v-8h8v1"/>""";

    /// <summary>Gets the drawing for down.</summary>
    public const string Down = """<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>""";

    /// <summary>Gets the drawing for download.</summary>
    public const string Download = """<path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10"/>""";

    /// <summary>Gets the drawing for external.</summary>
    public const string External = """<path d="M9.5 2.5h4v4M13.2 2.8 7.5 8.5M11.5 9.5v4h-9v-9h4"/>""";

    /// <summary>Gets the drawing for find.</summary>
    public const string Find = """<circle cx="7" cy="7" r="4.4"/><path d="m10.4 10.4 3.4 3.4"/>""";

    /// <summary>Gets the drawing for gear.</summary>
    public const string Gear = """<circle cx="8" cy="8" r="2.2"/><path d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"/>""";

    /// <summary>Gets the drawing for help.</summary>
    public const string Help = """<circle cx="8" cy="8" r="6"/><path d="M6.3 6.3c.1-1 .8-1.6 1.8-1.6s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.5"/><path d="M8.05 11.2v.1"/>""";

    /// <summary>Gets the drawing for an image.</summary>
    public const string Image = """<path d="M8 1.8 14 5v6l-6 3.2L2 11V5Z"/><path d="M2.200 5.100 8 8.200l5.800-3.100M8 8.200v6"/>""";

    /// <summary>Gets the drawing for key.</summary>
    public const string Key = """<circle cx="5.2" cy="10.8" r="2.7"/><path d="m7.2 8.8 6-6M10.600 5.400l2 2"/>""";

    /// <summary>Gets the drawing for left.</summary>
    public const string Left = """<path d="M9.5 4.5 6 8l3.5 3.5"/>""";

    /// <summary>Gets the drawing for lines of text.</summary>
    public const string Lines = """<path d="M2.5 4h11M2.5 8h7.500M2.5 12h9.500"/>""";

    /// <summary>Gets the drawing for lock.</summary>
    public const string Lock = """<rect x="3" y="7" width="10" height="6.5" rx="1"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>""";

    /// <summary>Gets the drawing for mark.</summary>
    public const string Mark = """<path d="M8 1.2 13.8 4v6.8L8 14.8l-5.8-4V4Z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M2.4 4.2 8 7l5.6-2.8M8 7v7.4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>""";

    /// <summary>Gets the drawing for menu.</summary>
    public const string Menu = """<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>""";

    /// <summary>Gets the drawing for minus.</summary>
    public const string Minus = """<path d="M3 8h10"/>""";

    /// <summary>Gets the drawing for moon.</summary>
    public const string Moon = """<path d="M13 9.8A5.6 5.6 0 0 1 6.2 3a5.6 5.6 0 1 0 6.8 6.8Z"/>""";

    /// <summary>Gets the drawing for more.</summary>
    public const string More = """<path d="M8 3.5v.1M8 8v.1M8 12.5v.1" stroke-width="2.4"/>""";

    /// <summary>Gets the drawing for network.</summary>
    public const string Network = """<circle cx="8" cy="3.6" r="1.8"/><circle cx="3.6" cy="12" r="1.8"/><circle cx="12.4" cy="12" r="1.8"/><path d="M8 5.4v2.8M8 8.2 4.6 10.5M8 8.2l3.4 2.3"/>""";

    /// <summary>Gets the drawing for overview.</summary>
    public const string Overview = """<rect x="2.2" y="2.2" width="4.8" height="6" rx="1"/><rect x="9" y="2.2" width="4.8" height="3.6" rx="1"/><rect x="2.2" y="10.2" width="4.8" height="3.6" rx="1"/><rect x="9" y="7.8" width="4.8" height="6" rx="1"/>""";

    /// <summary>Gets the drawing for pin.</summary>
    public const string Pin = """<path d="M8 9.5v4.5M5 2.5h6l-.8 4 2 3H3.8l2-3Z"/>""";

    /// <summary>Gets the drawing for play.</summary>
    public const string Play = """<path d="M5 3.2 12.5 8 5 12.8Z"/>""";

    /// <summary>Gets the drawing for plus.</summary>
    public const string Plus = """<path d="M8 3v10M3 8h10"/>""";

    /// <summary>Gets the drawing for right.</summary>
    public const string Right = """<path d="m6.5 4.5 3.5 3.5-3.5 3.5"/>""";

    /// <summary>Gets the drawing for screen.</summary>
    public const string Screen = """<rect x="2" y="3" width="12" height="8.500" rx="1"/><path d="M5.5 14h5M8 11.5V14"/>""";

    /// <summary>Gets the drawing for signout.</summary>
    public const string SignOut = """<path d="M6.500 2.500h-4v11h4M10 5l3 3-3 3M13 8H6"/>""";

    /// <summary>Gets the drawing for sort.</summary>
    public const string Sort = """<path d="M8 12.5v-9M4.8 6.5 8 3.3l3.2 3.2"/>""";

    /// <summary>Gets the drawing for sun.</summary>
    public const string Sun = """<circle cx="8" cy="8" r="2.8"/><path d="M8 1.6v1.6M8 12.8v1.6M1.6 8h1.6M12.8 8h1.6M3.5 3.5l1.1 1.1M11.4 11.4l1.1 1.1M12.5 3.5l-1.1 1.1M4.6 11.4l-1.1 1.1"/>""";

    /// <summary>Gets the drawing for template.</summary>
    public const string Template = """<rect x="2" y="2.5" width="12" height="11" rx="1"/><path d="M2 6h12M6 6v7.5"/>""";

    /// <summary>Gets the drawing for user.</summary>
    public const string User = """<circle cx="8" cy="5.4" r="2.6"/><path d="M2.8 13.6c.6-2.8 2.6-4 5.2-4s4.6 1.2 5.2 4"/>""";
}
