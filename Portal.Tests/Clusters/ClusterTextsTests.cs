using System.Globalization;
using Portal.Clusters;
using Portal.Core.Clusters;
using Portal.Shared;

namespace Portal.Tests.Clusters;

/// <summary>Core has codes, pages have texts: none may be missing.</summary>
public sealed class ClusterTextsTests
{
    [Fact]
    public void Reasons_All_HaveAText() =>
        Assert.All(ClusterCodes.Reasons, code => Assert.NotNull(ReasonText.ResourceManager.GetString(code, CultureInfo.InvariantCulture)));

    [Fact]
    public void FieldErrors_All_HaveAText() =>
        Assert.All(ClusterCodes.FieldErrors, code => Assert.NotNull(FieldErrorText.ResourceManager.GetString(code, CultureInfo.InvariantCulture)));
}
