using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Sigstore;

namespace Provenance.EndToEnd.Tests.Keyless;

/// <summary>A Sigstore instance with the files by which the executable is told of it.</summary>
internal sealed class SigstoreFiles : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    private SigstoreFiles(LoopbackSigstore sigstore) => Sigstore = sigstore;

    public LoopbackSigstore Sigstore { get; }

    public string this[string name] => folder[name];

    public string TokenFile => folder["token"];

    /// <summary>The options for the instance alone.</summary>
    public string[] Instance { get; private set; } = [];

    /// <summary>The options that sign as the identity of the token file.</summary>
    public string[] Keyless => [.. Instance, "--identity-token-file", TokenFile];

    /// <summary>The options that demand this identity.</summary>
    public string[] Demand => ["--certificate-identity", Sigstore.Subject, "--certificate-oidc-issuer", Sigstore.Issuer, "--trusted-root", folder["trusted_root.json"]];

    public static async Task<SigstoreFiles> StartAsync(SigningConfigKind kind = SigningConfigKind.RekorV1AndTimestamp)
    {
        var files = new SigstoreFiles(await LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions { HasIntermediate = true }));
        await File.WriteAllTextAsync(files["trusted_root.json"], files.Sigstore.TrustedRootJson);
        await File.WriteAllTextAsync(files["signing_config.json"], files.Sigstore.SigningConfigJson(kind));
        await File.WriteAllTextAsync(files.TokenFile, files.Sigstore.IssueToken() + "\n");
        files.Instance = ["--signing-config", files["signing_config.json"], "--trusted-root", files["trusted_root.json"]];
        return files;
    }

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, string content)
    {
        File.WriteAllText(folder[name], content);
        return folder[name];
    }

    /// <summary>The names of all files, to see that nothing else was left.</summary>
    public IEnumerable<string> Names => Directory.EnumerateFileSystemEntries(folder.Path).Select(static path => Path.GetFileName(path));

    public static Task<CommandResult> RunAsync(params string[] arguments) => Executable.RunAsync(arguments);

    public async ValueTask DisposeAsync()
    {
        await Sigstore.DisposeAsync();
        folder.Dispose();
    }
}
