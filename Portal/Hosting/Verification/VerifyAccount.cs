using System.Text;
using Portal.Core.Registry.Harbor;

namespace Portal.Hosting.Verification;

/// <summary>The streams of the command, and where the account comes from: the environment, else the input, which is not shown while it is typed.</summary>
internal sealed record VerifyAccount(TextReader In, TextWriter Error, bool IsTyped, Func<string, string?> Environment)
{
    /// <summary>The variable with the user's name.</summary>
    public const string UserVariable = "PORTAL_VERIFY_USER";

    /// <summary>The variable with the password.</summary>
    public const string PasswordVariable = "PORTAL_VERIFY_PASSWORD";

    /// <summary>Gets the one of this process.</summary>
    public static VerifyAccount OfProcess => new(Console.In, Console.Error, !Console.IsInputRedirected, System.Environment.GetEnvironmentVariable);

    /// <summary>Gives the account.</summary>
    /// <exception cref="StartupException">There is none.</exception>
    public async Task<HarborLogin> ReadAsync()
    {
        var user = Environment(UserVariable) ?? await AskAsync("User name: ");
        var password = Environment(PasswordVariable) ?? (IsTyped ? await TypedSecretAsync() : await In.ReadLineAsync());
        return string.IsNullOrEmpty(user) || string.IsNullOrEmpty(password)
            ? throw new StartupException($"verify needs an account: set {UserVariable} and {PasswordVariable}, or give both on the input, a line each.")
            : new HarborLogin(user, password);
    }

    private async Task<string?> AskAsync(string question)
    {
        if (IsTyped)
        {
            await Error.WriteAsync(question);
        }

        return await In.ReadLineAsync();
    }

    private async Task<string> TypedSecretAsync()
    {
        await Error.WriteAsync("Password: ");
        var secret = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key is not ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key is not ConsoleKey.Backspace)
            {
                secret.Append(key.KeyChar);
            }
            else if (secret.Length > 0)
            {
                secret.Length--;
            }
        }

        await Error.WriteLineAsync();
        return secret.ToString();
    }
}
