using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.Watcher.Ledgers;

/// <summary>The key under which a run is handled once: the first 128 bits of SHA-256 over its UID and, for runs that may reopen, the attempt.</summary>
/// <param name="Hash">The bits.</param>
internal readonly record struct RunKey(UInt128 Hash)
{
    /// <summary>The bytes of a key.</summary>
    public const int Length = 16;

    /// <summary>The key of a run.</summary>
    /// <param name="uid">The UID, UTF-8.</param>
    /// <param name="attempt">What tells attempts apart, UTF-8; empty where a UID has one attempt only.</param>
    public static RunKey Of(ReadOnlySpan<byte> uid, ReadOnlySpan<byte> attempt)
    {
        const int Usual = 256;
        int length = uid.Length + (attempt.IsEmpty ? 0 : 1 + attempt.Length);
        Span<byte> text = length <= Usual ? stackalloc byte[length] : new byte[length];
        uid.CopyTo(text);
        if (!attempt.IsEmpty)
        {
            text[uid.Length] = (byte)'#';
            attempt.CopyTo(text[(uid.Length + 1)..]);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return Read(hash);
    }

    /// <summary>The key of a run, from the same parts as text.</summary>
    public static RunKey Of(string uid, string? attempt) => Of(Encoding.UTF8.GetBytes(uid), Encoding.UTF8.GetBytes(attempt ?? ""));

    /// <summary>Reads a key from bytes that <see cref="Write"/> wrote.</summary>
    public static RunKey Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128LittleEndian(source));

    /// <summary>Writes the key as 16 bytes.</summary>
    public void Write(Span<byte> target) => BinaryPrimitives.WriteUInt128LittleEndian(target, Hash);
}
