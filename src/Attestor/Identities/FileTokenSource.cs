using System.Text;
using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Identities;

/// <summary>Reads tokens from a file, each time anew, as the kubelet replaces projected service account tokens before they expire.</summary>
internal sealed class FileTokenSource(string path, TimeProvider time) : IIdentityTokenSource
{
    public string Name => $"file {path}";

    public async ValueTask<IdentityToken> FetchAsync(string audience, CancellationToken cancellationToken) =>
        IdentityToken.Read(await ReadAsync(cancellationToken).ConfigureAwait(false), Name, audience, time.GetUtcNow());

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] content = new byte[IdentityToken.MaximumSize + 1];
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
            await using var disposal = file.ConfigureAwait(false);
            int length = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return length <= IdentityToken.MaximumSize
                ? Encoding.UTF8.GetString(content, 0, length)
                : throw new SigningServiceException(SigningServiceException.NoIdentity, $"The file {path} has more than the {IdentityToken.MaximumSize} bytes of an identity token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SigningServiceException(SigningServiceException.NoIdentity, $"The identity token in the file {path} cannot be read: {e.Message}", isTransient: false, e);
        }
    }
}
