using System.Buffers;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Reads a body into memory, but no more of it than allowed.</summary>
internal static class BoundedBody
{
    private const int Usual = 16 * 1024;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="RegistryException">Code <c>LIMIT</c>: the body is larger than <paramref name="maximumSize"/>.</exception>
    public static async Task<byte[]> ReadAsync(RegistryHost host, HttpContent content, long maximumSize, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maximumSize)
        {
            throw TooLarge(host, maximumSize);
        }

        byte[] body = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(content.Headers.ContentLength + 1 ?? Usual, 1, Usual));
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var disposal = stream.ConfigureAwait(false);
            int read;
            for (int length = 0; ; length += read)
            {
                if (length > maximumSize)
                {
                    throw TooLarge(host, maximumSize);
                }

                body = length < body.Length ? body : Grow(body);
                read = await stream.ReadAsync(body.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read is 0)
                {
                    return body[..length];
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private static byte[] Grow(byte[] full)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(full.Length * 2L, Array.MaxLength));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static RegistryException TooLarge(RegistryHost host, long maximumSize) =>
        host.Fault("LIMIT", $"Registry {host.Name} answered with more than the {maximumSize} bytes that are read of such content.");
}
