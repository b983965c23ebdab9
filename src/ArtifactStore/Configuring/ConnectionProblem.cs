using System.Net.Sockets;
using System.Security.Authentication;

namespace Provenance.ArtifactStore.Configuring;

/// <summary>
/// Says why a request over HTTP had no answer, in words of our own and of this machine. Those of .NET quote what a server sent that is no
/// HTTP, which may repeat a token, and the address of a proxy together with its password.
/// </summary>
public static class ConnectionProblem
{
    /// <summary>The reason, as half a sentence: <c>Connection refused (127.0.0.1:5000)</c>. Neither words of the server nor credentials are in it.</summary>
    /// <param name="cause">What the HTTP client threw.</param>
    public static string Describe(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return KindOf(cause) switch
        {
            // In these the message is that of the operating system, with host and port.
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => cause.Message,
            HttpRequestError.SecureConnectionError => Find<AuthenticationException>(cause)?.Message ?? "the encrypted connection could not be established",
            HttpRequestError.ProxyTunnelError => "the proxy that the environment names refused, or is none",
            HttpRequestError.InvalidResponse => "what was answered is not HTTP",
            HttpRequestError.ConfigurationLimitExceeded => "more was answered than is read",
            HttpRequestError.ResponseEnded => "the connection was closed before the answer was whole",
            _ => Find<SocketException>(cause)?.Message ?? "the connection broke off",
        };
    }

    private static HttpRequestError KindOf(Exception cause) => cause switch
    {
        HttpRequestException request => request.HttpRequestError,
        HttpIOException answer => answer.HttpRequestError,
        _ => HttpRequestError.Unknown,
    };

    private static T? Find<T>(Exception? cause)
        where T : Exception
    {
        while (cause is not null and not T)
        {
            cause = cause.InnerException;
        }

        return (T?)cause;
    }
}
