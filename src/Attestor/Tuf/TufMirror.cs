using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.Attestor.Tuf;

/// <summary>
/// A repository of TUF over HTTPS, or over HTTP on this machine. Every request is a GET that is bounded in size, time and attempts;
/// redirects are followed within the host only. Nothing that it answers is trusted.
/// </summary>
/// <remarks>
/// The rules differ from those for the services that signing needs: they get secrets and so follow no redirect, while here nothing secret
/// is sent, 403 and 404 say that there is no such file, and a file that arrives too slowly is not asked for again.
/// </remarks>
public sealed class TufMirror : IDisposable
{
    private const int Attempts = 3;
    private const int MaximumRedirects = 3;
    private static readonly TimeSpan FileTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly HttpClient http;
    private readonly TimeProvider time;

    /// <summary>A repository.</summary>
    /// <param name="address">Where its metadata is; its targets are in the folder <c>targets</c> below.</param>
    /// <param name="time">The clock that bounds requests.</param>
    /// <exception cref="TufException"><c>TUF_UNREACHABLE</c>: the address cannot be used.</exception>
    public TufMirror(Uri address, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!IsUsable(address))
        {
            throw new TufException(TufException.Unreachable, $"The repository's address must be {UsableAddress}.");
        }

        Address = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        this.time = time;
        var handler = new SocketsHttpHandler
        {
            UseProxy = !address.IsLoopback,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 16,
        };
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What an address has to be.</summary>
    public static string UsableAddress => "an https URL without user, query and fragment; http is spoken on this machine only (localhost, 127.0.0.1, [::1])";

    /// <summary>Where the metadata is, with a slash at its end.</summary>
    public Uri Address { get; }

    /// <summary>Whether an address can be that of a repository.</summary>
    public static bool IsUsable(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsAbsoluteUri && address is { UserInfo: "", Query: "", Fragment: "" }
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
    }

    /// <summary>A name for the folder of a repository: the host, the port where it is not the scheme's own, and a hash of the path where there is one.</summary>
    public static string FolderNameOf(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        string host = address.IdnHost.Trim('[', ']').Replace(':', '-');
        string port = address.IsDefaultPort ? string.Empty : $"_{address.Port}";
        string path = address.AbsolutePath.TrimEnd('/');
        return host + port + (path.Length is 0 ? string.Empty : $"_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12]}");
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>Reads a file; null where the repository says that there is none (404, or 403, as stores of objects do).</summary>
    /// <exception cref="TufException"><c>TUF_UNREACHABLE</c> or <c>TUF_LIMIT</c>.</exception>
    internal async Task<byte[]?> FindAsync(string path, long maximumSize, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var timeout = new CancellationTokenSource(FileTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            Exception cause;
            try
            {
                return await RequestAsync(new Uri(Address, path), maximumSize, either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                cause = e;
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw Away(path, $"did not arrive within {FileTimeout.TotalSeconds} seconds", e);
            }

            bool mayPass = cause is not HttpRequestException { StatusCode: { } status }
                || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
            if (!mayPass || attempt == Attempts)
            {
                throw Away(path, cause is HttpRequestException { StatusCode: { } code } ? $"was answered with {(int)code}" : $"could not be fetched ({ConnectionProblem.Describe(cause)})");
            }

            await Task.Delay(FirstPause * attempt, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a file that must be there.</summary>
    /// <exception cref="TufException"><c>TUF_NOT_FOUND</c>, <c>TUF_UNREACHABLE</c> or <c>TUF_LIMIT</c>.</exception>
    internal async Task<byte[]> GetAsync(string path, long maximumSize, CancellationToken cancellationToken) =>
        await FindAsync(path, maximumSize, cancellationToken).ConfigureAwait(false)
        ?? throw new TufException(TufException.NotFound, $"{new Uri(Address, path)} does not exist, although the repository needs it. Check the address of the repository.");

    private async Task<byte[]?> RequestAsync(Uri address, long maximumSize, CancellationToken cancellationToken)
    {
        for (int redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
            {
                return null;
            }

            if ((int)response.StatusCode is >= 300 and < 400)
            {
                address = Follow(address, response.Headers.Location, redirects);
                continue;
            }

            return response.StatusCode is HttpStatusCode.OK
                ? await ReadAsync(address, response.Content, maximumSize, cancellationToken).ConfigureAwait(false)
                : throw new HttpRequestException(null, null, response.StatusCode);
        }
    }

    private Uri Follow(Uri address, Uri? location, int redirects)
    {
        var next = location is null ? null : new Uri(address, location);
        return next is not null && redirects < MaximumRedirects && next.Scheme == Address.Scheme && next.Authority == Address.Authority
            ? next
            : throw new TufException(TufException.Unreachable, $"{address} redirects to another host, to nowhere, or too often; only {MaximumRedirects} redirects within {Address.Authority} are followed.");
    }

    private static async Task<byte[]> ReadAsync(Uri address, HttpContent content, long maximumSize, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maximumSize)
        {
            throw TooLarge(address, maximumSize);
        }

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var buffer = new MemoryStream();
        byte[] piece = new byte[16 << 10];
        while (await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            if (buffer.Length + read > maximumSize)
            {
                throw TooLarge(address, maximumSize);
            }

            buffer.Write(piece, 0, read);
        }

        return buffer.ToArray();
    }

    private static TufException TooLarge(Uri address, long maximumSize) =>
        new(TufException.Limit, string.Create(CultureInfo.InvariantCulture, $"{address} has more than {maximumSize} bytes, which is all that it may have."));

    private TufException Away(string path, string what, Exception? cause = null) =>
        new(TufException.Unreachable, $"{new Uri(Address, path)} {what}. Check the address, the network and the proxy, and try again.", cause);
}
