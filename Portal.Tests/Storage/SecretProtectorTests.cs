using System.Security.Cryptography;
using System.Text;
using Portal.Core.Storage;

namespace Portal.Tests.Storage;

public sealed class SecretProtectorTests
{
    internal static MasterKeys Keys(params string[] ids) =>
        MasterKeys.Parse(string.Join('\n', ids.Select(id => $"{id}:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}")), "Portal:MasterKey:Keys");

    [Theory]
    [InlineData("")]
    [InlineData("geheim ✓")]
    public void Secret_Protected_IsReadBackAndNeverTwiceTheSame(string secret)
    {
        var protector = new SecretProtector(Keys("a"));
        var one = protector.Protect("robot/1", secret);

        Assert.Equal(secret, protector.Unprotect("robot/1", one));
        Assert.NotEqual(one, protector.Protect("robot/1", secret));
        Assert.StartsWith("pse1.a.", one, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_ForAnotherPurpose_IsRefused()
    {
        var protector = new SecretProtector(Keys("a"));

        Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect("robot/2", protector.Protect("robot/1", "s")));
    }

    [Fact]
    public void Secret_ChangedAnywhere_IsRefused()
    {
        var protector = new SecretProtector(Keys("a"));
        var text = protector.Protect("p", "secret");
        for (var n = 0; n < text.Length; n++)
        {
            var changed = text[..n] + (text[n] == 'A' ? 'B' : 'A') + text[(n + 1)..];
            try
            {
                // The last character of a base64 text may hold unused bits.
                Assert.Equal("secret", protector.Unprotect("p", changed));
                Assert.Contains(n, new[] { text.Length - 1, text.LastIndexOf('.') - 1 });
            }
            catch (Exception e) when (e is CryptographicException or FormatException)
            {
                continue;
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("pse1.a.b")]
    [InlineData("pse1.a.AAAA.AAAA")]
    [InlineData("pse1.a.!.!")]
    public void Text_ThatIsNoSecret_IsRefused(string text) =>
        Assert.ThrowsAny<CryptographicException>(() => new SecretProtector(Keys("a")).Unprotect("p", text));

    [Fact]
    public void Rotation_OldSecretsAreReadUntilRewrapped()
    {
        var text = new SecretProtector(Keys("2025")).Protect("p", "secret");
        var rotating = new SecretProtector(Keys("2026", "2025"));
        var rewrapped = rotating.Rewrap(text);

        Assert.Equal("secret", rotating.Unprotect("p", text));
        Assert.Equal("secret", new SecretProtector(Keys("2026")).Unprotect("p", rewrapped));
        Assert.Equal(rewrapped, rotating.Rewrap(rewrapped));
        var e = Assert.ThrowsAny<CryptographicException>(() => new SecretProtector(Keys("2026")).Unprotect("p", text));
        Assert.Contains("'2025'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment")]
    [InlineData("nocolon")]
    [InlineData("a:c2hvcnQ=")]
    [InlineData("a b:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void Keys_Malformed_AreRefusedNamingTheOptionOnly(string text)
    {
        var e = Assert.Throws<StorageException>(() => MasterKeys.Parse(text, "Portal:MasterKey:Keys"));

        Assert.Contains("Portal:MasterKey:Keys", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", e.Message, StringComparison.Ordinal);
    }
}
