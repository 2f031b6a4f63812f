using System.Globalization;

namespace Portal.Sandbox.Magnum;

/// <summary>A version of Magnum's API, as the header <c>OpenStack-API-Version</c> asks for it.</summary>
internal readonly record struct MicroVersion(int Major, int Minor) : IComparable<MicroVersion>
{
    public static MicroVersion V(int minor) => new(1, minor);

    public int CompareTo(MicroVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public override string ToString() => $"{Major}.{Minor}";

    public static bool operator <(MicroVersion a, MicroVersion b) => a.CompareTo(b) < 0;

    public static bool operator >(MicroVersion a, MicroVersion b) => a.CompareTo(b) > 0;

    public static bool operator <=(MicroVersion a, MicroVersion b) => a.CompareTo(b) <= 0;

    public static bool operator >=(MicroVersion a, MicroVersion b) => a.CompareTo(b) >= 0;

    /// <summary>Reads <c>1.10</c>; null when it is none.</summary>
    public static MicroVersion? Parse(string text) =>
        text.Split('.') is [var major, var minor] && int.TryParse(major, CultureInfo.InvariantCulture, out var a) && int.TryParse(minor, CultureInfo.InvariantCulture, out var b)
            ? new MicroVersion(a, b) : null;

    /// <summary>Gives the version that a request asks for; the lowest when it asks for none.</summary>
    /// <exception cref="RoutingException">The header is malformed or of another service: an empty 406.</exception>
    public static MicroVersion Asked(string? header, MicroVersion min, MicroVersion max)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return min;
        }

        var asked = header.Split(',').Select(p => p.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(p => p is ["container-infra", ..]);
        return asked switch
        {
            ["container-infra", "latest"] => max,
            ["container-infra", var version] => Parse(version) ?? throw new RoutingException(406),
            _ => throw new RoutingException(406),
        };
    }
}
