namespace Provenance.Cli.Reporting;

/// <summary>Where the trusted root was found by which signatures were verified, in the JSON output of <c>verify</c> and in words.</summary>
/// <param name="Origin"><c>file</c>, <c>cache</c> or <c>builtIn</c>.</param>
/// <param name="Path">The file, or the folder of the cache; null for the built-in one.</param>
internal sealed record TrustedRootRecord(string Origin, string? Path)
{
    /// <summary>When the built-in trusted root was published.</summary>
    public const string BuiltInOn = "2026-08-21";

    public static TrustedRootRecord BuiltIn { get; } = new("builtIn", null);

    public static TrustedRootRecord InFile(string path) => new("file", path);

    public static TrustedRootRecord InCache(string folder) => new("cache", folder);

    /// <summary>The same for people.</summary>
    public string Describe() => Origin switch
    {
        "builtIn" => $"the public Sigstore instance as of {BuiltInOn}, built in; trust update gets the newest, --trusted-root names another",
        "cache" => $"fetched by trust update, in {Path}",
        _ => Path!,
    };
}
