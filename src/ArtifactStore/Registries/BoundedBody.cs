using System.Buffers;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Reads a body into memory, but no more of it than allowed.</summary>
internal static class BoundedBody
{
    /// <summary>Reads to the end.</summary>
    /// <exception cref="RegistryException">Code <c>LIMIT</c>: the body is larger than <paramref name="maximumSize"/>.</exception>
    public static async Task<byte[]> ReadAsync(RegistryHost host, HttpContent content, long maximumSize, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maximumSize)
        {
            throw TooLarge(host, maximumSize);
        }

        var body = new ArrayBufferWriter<byte>();
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var disposal = stream.ConfigureAwait(false);
        int read;
        while ((read = await stream.ReadAsync(body.GetMemory(16 * 1024), cancellationToken).ConfigureAwait(false)) > 0)
        {
            body.Advance(read);
            if (body.WrittenCount > maximumSize)
            {
                throw TooLarge(host, maximumSize);
            }
        }

        return body.WrittenSpan.ToArray();
    }

    private static RegistryException TooLarge(RegistryHost host, long maximumSize) =>
        host.Fault("LIMIT", $"Registry {host.Name} answered with more than the {maximumSize} bytes that are read of such content.");
}
