using System.Text.RegularExpressions;
using Portal.Core.Registry.Creation;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Creation;

public sealed class HarborSpecTests
{
    [Fact]
    public void Parameters_OfAWholeSpec_AreTheTemplatesOwn_AndNoneIsForgotten()
    {
        var spec = new HarborSpec();
        foreach (var property in typeof(HarborSpec).GetProperties().Where(p => p.PropertyType == typeof(string)))
        {
            property.SetValue(spec, "given-" + property.Name);
        }

        var given = HarborSpecRules.Parameters(spec, "key", 60);

        var template = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "deploy", "heat", "harbor.yaml"));
        var section = template[(template.IndexOf("\nparameters:\n", StringComparison.Ordinal) + 1)..template.IndexOf("\nconditions:\n", StringComparison.Ordinal)];
        var known = Regex.Matches(section, "^  ([a-z_0-9]+):$", RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Select(m => m.Groups[1].Value).ToList();
        Assert.Empty(given.Keys.Except(known));

        // Name is the stack's, UserName the portal's own business; the installer's folder is the image's.
        var told = typeof(HarborSpec).GetProperties().Where(p => p.PropertyType == typeof(string) && p.Name is not ("Name" or "UserName")).Select(p => "given-" + p.Name);
        Assert.Equal(told.Order(StringComparer.Ordinal), given.Values.Where(v => v.StartsWith("given-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parameters_OfABareSpec_LeaveTheTemplatesDefaults() =>
        Assert.Equal(["bootstrap_key", "client_cidr", "timeout", "volume_size"], HarborSpecRules.Parameters(new HarborSpec(), "key", 60).Keys.Order(StringComparer.Ordinal));
}
