using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;

namespace Provenance.Cli.Hosting;

/// <summary>An artifact on a command line: a file, or a digest where no file is called so.</summary>
/// <param name="Name">The file's name without its folder; null for a digest.</param>
/// <param name="Digest">SHA-256 of the artifact.</param>
internal sealed record NamedArtifact(string? Name, Digest Digest)
{
    /// <summary>The bytes of the digest.</summary>
    public byte[] Hash => Convert.FromHexString(Digest.Hex);

    public static async Task<NamedArtifact> ReadAsync(string given, CancellationToken cancellationToken)
    {
        if (File.Exists(given))
        {
            await using var file = File.OpenRead(given);
            byte[] hash = await SHA256.HashDataAsync(file, cancellationToken);
            return new NamedArtifact(Path.GetFileName(given), Digest.Parse($"sha256:{Convert.ToHexStringLower(hash)}"));
        }

        if (Directory.Exists(given))
        {
            throw new CommandException(ExitCodes.Usage, $"{given} is a folder; name a file or a digest.");
        }

        return given.StartsWith("sha256:", StringComparison.Ordinal) && Digest.TryParse(given, out var digest)
            ? new NamedArtifact(null, digest)
            : throw new CommandException(ExitCodes.Usage, $"There is no file {given}, and it is no digest sha256: with 64 lower-case hexadecimal digits.");
    }
}
