using System.Security.Cryptography;

namespace Provenance.Bench.Store;

/// <summary>The blobs that are fetched, the same in all servers.</summary>
internal sealed class Seed
{
    private readonly List<byte[]> contents;

    private Seed(List<byte[]> contents)
    {
        this.contents = contents;
        Digests = [.. contents.Select(DigestOf)];
        Paths = [.. Digests.Select(static d => $"/v2/bench/blobs/{d}")];
    }

    /// <summary>The digests.</summary>
    public IReadOnlyList<string> Digests { get; }

    /// <summary>The paths, which nginx knows as well.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Makes blobs of random bytes.</summary>
    public static Seed Make(int count, int size) => new([.. Enumerable.Range(0, count).Select(_ => RandomNumberGenerator.GetBytes(size))]);

    /// <summary>The digest of bytes.</summary>
    public static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    /// <summary>Pushes all of them to a registry.</summary>
    public void Push(ServerProcess server)
    {
        using var connection = new BulkConnection(server.EndPoint);
        foreach (var (content, digest) in contents.Zip(Digests))
        {
            connection.Push([content], digest);
        }
    }

    /// <summary>Writes all of them as files below a folder.</summary>
    public void Write(string root)
    {
        foreach (var (content, path) in contents.Zip(Paths))
        {
            string file = root + path;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    }
}
