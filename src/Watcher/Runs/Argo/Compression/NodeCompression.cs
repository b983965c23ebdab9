using System.IO.Compression;

namespace Provenance.Watcher.Runs.Argo.Compression;

/// <summary>
/// Decompresses <c>status.compressedNodes</c>. Argo does not say with which algorithm they were packed: gzip and Zstandard are told by
/// their first bytes, and what is neither can only be Brotli.
/// </summary>
internal static class NodeCompression
{
    /// <summary>How many bytes the nodes may become.</summary>
    public const int MaximumSize = 64 * 1024 * 1024;

    /// <summary>Decompresses nodes.</summary>
    /// <exception cref="InvalidDataException">They are malformed or too large.</exception>
    public static ReadOnlyMemory<byte> Decompress(byte[] packed, int limit = MaximumSize)
    {
        if (Zstandard.Recognises(packed))
        {
            return Zstandard.Decompress(packed, limit);
        }

        using var source = new MemoryStream(packed, writable: false);
        using Stream unpacked = packed is [0x1F, 0x8B, ..]
            ? new GZipStream(source, CompressionMode.Decompress)
            : new BrotliStream(source, CompressionMode.Decompress);
        return ReadToEnd(unpacked, limit);
    }

    private static ReadOnlyMemory<byte> ReadToEnd(Stream unpacked, int limit)
    {
        var output = new BoundedOutput(limit);
        byte[] piece = new byte[64 * 1024];
        try
        {
            for (int read; (read = unpacked.Read(piece)) > 0;)
            {
                piece.AsSpan(0, read).CopyTo(output.Extend(read));
            }
        }
        catch (InvalidOperationException e)
        {
            // That is what a BrotliStream throws at bytes that are no Brotli.
            throw new InvalidDataException("it is neither gzip, Zstandard nor Brotli", e);
        }

        return output.Written;
    }
}
