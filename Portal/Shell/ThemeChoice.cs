namespace Portal.Shell;

/// <summary>The theme that a person chose.</summary>
public enum ThemeChoice
{
    /// <summary>As the system has it.</summary>
    System,

    /// <summary>Light.</summary>
    Light,

    /// <summary>Dark.</summary>
    Dark,
}

/// <summary>The cookie that carries the choice; written by the browser (wwwroot-assets/src/ts/theme.ts).</summary>
internal static class ThemeCookie
{
    /// <summary>Name of the cookie.</summary>
    public const string Name = "portal-theme";

    /// <summary>Reads the choice; anything unknown is the system's.</summary>
    public static ThemeChoice Read(HttpContext? http) =>
        http?.Request.Cookies[Name] switch { "light" => ThemeChoice.Light, "dark" => ThemeChoice.Dark, _ => ThemeChoice.System };
}
