using Provenance.Attestor.Signing;
using Spectre.Console;

namespace Provenance.Cli.Hosting;

/// <summary>The key and the builder id of a data folder; both are made on the first start, and said so.</summary>
internal sealed record Installation(KeySigner Signer, string BuilderId)
{
    public static Installation Open(DataLayout layout, string? keyFile, string? builderId, IAnsiConsole console)
    {
        var signer = OpenKey(layout, keyFile, console);
        return new Installation(signer, OpenBuilderId(layout, builderId, signer, console));
    }

    /// <summary>Puts the public half of the key in use where verifiers are told to find it. Only the process that owns the folder may do so.</summary>
    public Task PublishKeyAsync(DataLayout layout, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(layout.PublicKey, Signer.PublicKey.ToPem(), cancellationToken);

    private static KeySigner OpenKey(DataLayout layout, string? keyFile, IAnsiConsole console)
    {
        MemoryDumps.Forbid();
        string path = keyFile ?? layout.Key;
        if (keyFile is null && !File.Exists(path))
        {
            KeyFile.Generate(path, passphrase: null);
            console.WriteLine($"new key     {path}  (made just now, not encrypted, readable by you alone; --key uses one of yours)");
        }

        var loaded = KeyFile.LoadSigner(path, Passphrases.ForReading);
        if (keyFile is null && loaded.Problems.Count > 0)
        {
            // We made it readable by its owner alone. A folder that came with a checkout or an archive may hold a key that others know.
            loaded.Signer.Dispose();
            throw new CommandException(ExitCodes.Usage, $"{loaded.Problems[0]} Only do so if it was made on this machine; a key that came with other files is not yours.");
        }

        foreach (string problem in loaded.Problems)
        {
            Console.Error.WriteLine("warning: " + problem);
        }

        console.WriteLine($"signing     key sha256:{loaded.Signer.PublicKey.Fingerprint}");
        return loaded.Signer;
    }

    private static string OpenBuilderId(DataLayout layout, string? builderId, KeySigner signer, IAnsiConsole console)
    {
        // A crash may have left the file empty, which is as good as none.
        builderId ??= File.Exists(layout.BuilderId) && File.ReadAllText(layout.BuilderId).Trim() is { Length: > 0 } kept ? kept : null;
        if (builderId is null)
        {
            // Names this folder's key and nothing else, so that no two installations share it and nobody takes it for a platform.
            builderId = $"urn:provenance:local:{signer.PublicKey.Fingerprint[..32]}";
            File.WriteAllText(layout.BuilderId, builderId + "\n");
            console.WriteLine($"new builder {builderId}  (made just now; --builder-id says which platform this is)");
            return builderId;
        }

        console.WriteLine($"builder     {builderId}");
        return builderId;
    }
}
