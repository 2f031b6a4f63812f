using Portal.Core.Identity;
using Portal.Shell;

namespace Portal.Tests.Shell;

/// <summary>What tells projects apart where they are chosen.</summary>
public sealed class ProjectWordsTests
{
    private readonly Project[] projects =
    [
        new("1", "shop", "d1", "Web shop", true), new("2", "shop", "d2", "", true), new("3", "data", "d1", "", true),
    ];

    [Fact]
    public void Detail_OfTwoProjectsOfOneName_NamesTheirDomains()
    {
        Assert.Equal("Web shop · Domain d1", ProjectWords.Detail(projects[0], projects));
        Assert.Equal("Domain d2", ProjectWords.Detail(projects[1], projects));
        Assert.Null(ProjectWords.Detail(projects[2], projects));
    }
}
