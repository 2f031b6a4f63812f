namespace Portal.Hosting;

/// <summary>One class of options and where it stands in the configuration.</summary>
internal abstract class OptionSection(string path, Type type)
{
    /// <summary>Gets the section: <c>Portal:Oidc</c>.</summary>
    public string Path { get; } = path;

    /// <summary>Gets the class.</summary>
    public Type Type { get; } = type;

    /// <summary>Binds the class to the configuration for whoever asks for its <c>IOptions</c>.</summary>
    public abstract void Bind(IServiceCollection services, IConfiguration configuration);

    /// <summary>Reads the section; gives a sentence for each thing that is wrong.</summary>
    public abstract IEnumerable<string> Failures(IConfiguration configuration);

    /// <summary>Describes a section.</summary>
    public static OptionSection Of<T>(string path, Func<T, IEnumerable<string>>? check = null)
        where T : class, new() => new Typed<T>(path, check);

    private sealed class Typed<T>(string path, Func<T, IEnumerable<string>>? check) : OptionSection(path, typeof(T))
        where T : class, new()
    {
        public override void Bind(IServiceCollection services, IConfiguration configuration) =>
            services.AddOptions<T>().Bind(configuration.GetSection(Path));

        public override IEnumerable<string> Failures(IConfiguration configuration)
        {
            T options;
            try
            {
                options = configuration.GetSection(Path).Get<T>() ?? new T();
            }
            catch (InvalidOperationException e)
            {
                return [Sentence(e)];
            }

            return check?.Invoke(options) ?? [];
        }

        // "Failed to convert configuration value 'x' at 'Portal:Session:Idle' to type 'System.TimeSpan'."
        private static string Sentence(InvalidOperationException e)
        {
            var parts = e.Message.Split('\'');
            return parts.Length >= 6 ? $"{parts[3]} must be a {parts[5].Split('.')[^1]}; it is '{parts[1]}'." : e.Message;
        }
    }
}
