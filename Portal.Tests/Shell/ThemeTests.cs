using System.Globalization;
using System.Text.Json;
using MudBlazor;
using MudBlazor.Utilities;
using Portal.Shell;
using Portal.Tests.Support;

namespace Portal.Tests.Shell;

/// <summary>tokens.json is the one source of the look; MudTheme and the theme CSS must say the same.</summary>
public sealed class ThemeTests
{
    private static readonly JsonElement Tokens = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "wwwroot-assets", "tokens.json"))).RootElement;

    private static readonly string Css = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "Portal", "wwwroot", "lib", "theme.css"));

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Palette_EveryToken_IsTheThemes(string mode)
    {
        Palette palette = mode == "light" ? PortalTheme.Instance.PaletteLight : PortalTheme.Instance.PaletteDark;
        foreach (var wanted in Tokens.GetProperty("mudTheme").GetProperty("palette").EnumerateObject())
        {
            var value = palette.GetType().GetProperty(wanted.Name)!.GetValue(palette)!;
            Assert.Equal(Token(wanted.Value.GetString()!, mode), new MudColor(value.ToString()!).ToString(MudColorOutputFormats.Hex), ignoreCase: true);
        }
    }

    [Fact]
    public void Typography_EveryRole_IsTheThemes()
    {
        foreach (var wanted in Tokens.GetProperty("mudTheme").GetProperty("typography").EnumerateObject())
        {
            var role = Tokens.GetProperty("type").GetProperty(wanted.Value.GetString()!.Split(',')[0]);
            var set = (BaseTypography)typeof(Typography).GetProperty(wanted.Name)!.GetValue(PortalTheme.Instance.Typography)!;

            Assert.Equal(Rem(role.GetProperty("size").GetString()!), set.FontSize);
            Assert.Equal(Rem(role.GetProperty("lineHeight").GetString()!), set.LineHeight);
        }
    }

    [Fact]
    public void Layout_EverySize_IsTheThemes()
    {
        foreach (var wanted in Tokens.GetProperty("mudTheme").GetProperty("layoutProperties").EnumerateObject())
        {
            Assert.Equal(wanted.Value.GetString(), typeof(LayoutProperties).GetProperty(wanted.Name)!.GetValue(PortalTheme.Instance.LayoutProperties));
        }

        Assert.Equal(26, PortalTheme.Instance.Shadows.Elevation.Length);
    }

    [Fact]
    public void Css_EveryColour_IsThere()
    {
        var color = Tokens.GetProperty("color");
        foreach (var pair in color.GetProperty("neutral").EnumerateObject().Concat(color.GetProperty("brand").EnumerateObject()))
        {
            Assert.Contains($"--cp-{pair.Name}: {LightDark(pair.Value)};", Css, StringComparison.Ordinal);
        }

        foreach (var state in color.GetProperty("status").EnumerateObject())
        {
            Assert.Contains($"--cp-{state.Name}: {LightDark(state.Value.GetProperty("text"))};", Css, StringComparison.Ordinal);
            Assert.Contains($"--cp-{state.Name}-tint: {LightDark(state.Value.GetProperty("tint"))};", Css, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void Contrast_EveryTextOnEveryGround_IsEnough(string mode)
    {
        string[] texts = ["neutral.text", "neutral.text-2", "neutral.text-3", "status.ok.text", "status.run.text", "status.warn.text", "status.fail.text", "status.you.text", "status.idle.text"];
        foreach (var text in texts)
        {
            foreach (var ground in (string[])["neutral.bg", "neutral.surface", "neutral.sunken"])
            {
                Assert.True(Contrast(Token($"{{color.{text}}}", mode), Token($"{{color.{ground}}}", mode)) >= 4.5, $"{text} on {ground} in {mode}");
            }
        }
    }

    private static string Token(string path, string mode)
    {
        var node = path.Trim('{', '}').Split('.').Aggregate(Tokens, (at, name) => at.GetProperty(name));
        return node.GetProperty(mode).GetString()!;
    }

    private static string LightDark(JsonElement pair) => $"light-dark({pair.GetProperty("light").GetString()},{pair.GetProperty("dark").GetString()})";

    private static string Rem(string pixels) => string.Create(CultureInfo.InvariantCulture, $"{double.Parse(pixels[..^2], CultureInfo.InvariantCulture) / 16:0.######}rem");

    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string hex)
    {
        double Channel(int at)
        {
            var c = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }
}
