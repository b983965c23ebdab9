using System.Security.Cryptography;
using Provenance.Bench.Watch;

namespace Provenance.Bench.Store;

/// <summary>The memory of the store while four clients push, and then fetch, a blob of 1 GiB each.</summary>
internal static class MemoryMeasurement
{
    private const int Clients = 4;
    private const int Pieces = 64;
    private const int PieceSize = 16 * 1024 * 1024;

    public static async Task<IReadOnlyList<Figure>> RunAsync(ServerProcess store)
    {
        byte[] piece = RandomNumberGenerator.GetBytes(PieceSize);
        var blobs = Enumerable.Range(0, Clients).Select(_ => NewBlob(piece)).ToList();
        await Bulk.RunAsync(store, Clients, (number, connection) =>
        {
            connection.Push(blobs[number].Pieces, blobs[number].Digest);
            return 0;
        });
        await GetAsync();
        double once = store.PeakResident;
        await GetAsync();
        await GetAsync();
        double peak = store.PeakResident;
        return
        [
            new Figure("rss_mib_4x1g", "Memory, 4 pushes and 4 GETs of 1 GiB at once: resident at most", peak, "MiB") { AtMost = 200 },
            new Figure("rss_growth_mib_4x1g", "  growth over 8 more GETs", peak - once, "MiB") { AtMost = 10 },
        ];

        Task<(long Bytes, TimeSpan Time)> GetAsync() =>
            Bulk.RunAsync(store, Clients, (number, connection) => connection.Get($"/v2/bench/blobs/{blobs[number].Digest}"));
    }

    private static (IReadOnlyList<ReadOnlyMemory<byte>> Pieces, string Digest) NewBlob(byte[] piece)
    {
        List<ReadOnlyMemory<byte>> pieces = [RandomNumberGenerator.GetBytes(PieceSize), .. Enumerable.Repeat((ReadOnlyMemory<byte>)piece, Pieces - 1)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in pieces)
        {
            hash.AppendData(part.Span);
        }

        return (pieces, $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }
}
