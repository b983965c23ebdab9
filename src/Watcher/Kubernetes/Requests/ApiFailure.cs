using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.Watcher.Kubernetes.Requests;

/// <summary>Says in one sentence why a request failed and what to do.</summary>
internal static class ApiFailure
{
    /// <summary>The reason of a request that took too long.</summary>
    public const string TimedOut = "Timeout";

    /// <summary>The reason of an answer that no API server gives.</summary>
    public const string NotUnderstood = "NotUnderstood";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>There was an answer, and it was no success.</summary>
    public static KubernetesApiException Of(ApiRequest request, HttpResponseMessage response, ReadOnlyMemory<byte> body, TimeProvider time)
    {
        int status = (int)response.StatusCode;
        var said = ApiStatus.Parse(body, response.RequestMessage?.Headers.Authorization);
        var message = new StringBuilder($"Cannot {request}: the API server answered {status.ToString(CultureInfo.InvariantCulture)}");
        if (said.Message.Length > 0)
        {
            message.Append(CultureInfo.InvariantCulture, $": {said.Message}");
        }

        message.Append('.').Append(Advice(request, status));
        AppendTraces(message, response, status);
        return new KubernetesApiException(status, said.Reason, message.ToString(), IsTransient(status))
        {
            Conflict = status is not 409 ? ApiConflict.None : said.Conflict is ApiConflict.None ? ApiConflict.Other : said.Conflict,
            RetryAfter = Bounded(RetryAfter(response, time) ?? said.RetryAfter),
        };
    }

    /// <summary>A watch ended with a Status in its stream.</summary>
    public static KubernetesApiException Of(ApiRequest request, ApiStatus said) =>
        new(said.Code is 0 ? 500 : said.Code, said.Reason, $"Cannot {request}: the API server ended the stream with {said.Code}: {said.Message}", isTransient: true) { RetryAfter = Bounded(said.RetryAfter) };

    /// <summary>There was no answer, or it broke off.</summary>
    public static KubernetesApiException Of(ApiRequest request, Exception cause)
    {
        var inner = cause;
        while (inner.InnerException is { } deeper)
        {
            inner = deeper;
        }

        return cause.InnerException is AuthenticationException
            ? new(0, "Tls", $"Cannot {request}: the server is not the one that the configuration describes: {inner.Message.TrimEnd('.')}. Check the certificate authority, the server's name and the client certificate.", isTransient: false, cause)
            : new(0, "Unreachable", $"Cannot {request}: {(cause is CryptographicException ? inner.Message : ConnectionProblem.Describe(cause)).TrimEnd('.')}. Check that the API server is up and can be reached.", isTransient: true);
    }

    /// <summary>The answer took too long.</summary>
    public static KubernetesApiException Timeout(ApiRequest request, TimeSpan patience) =>
        new(0, TimedOut, $"Cannot {request}: no answer of the API server in {patience.TotalSeconds:0.###} s.", isTransient: true);

    /// <summary>The answer is not what an API server sends.</summary>
    public static KubernetesApiException Malformed(ApiRequest request, string what) =>
        new(0, NotUnderstood, $"Cannot {request}: {what}. Check what stands between here and the API server.", isTransient: true);

    private static bool IsTransient(int status) => status is 408 or 429 or >= 500;

    private static string Advice(ApiRequest request, int status) => status switch
    {
        401 => " The credential is not accepted: renew it.",
        403 => $" Grant \"{(request.Verb is "apply" ? "patch" : request.Verb)}\" on {request.Resource} to the identity that is used.",
        409 => " Read the object again and repeat.",
        _ => "",
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    private static TimeSpan? Bounded(TimeSpan? wait) => wait is not { } time ? null : time < TimeSpan.Zero ? TimeSpan.Zero : time > LongestWait ? LongestWait : time;

    /// <summary>What the people of the cluster need to find the request in their logs and the queue that refused it.</summary>
    private static void AppendTraces(StringBuilder message, HttpResponseMessage response, int status)
    {
        Append("Audit-Id", "audit id");
        if (status is 429)
        {
            Append("X-Kubernetes-PF-FlowSchema-UID", "flow schema");
            Append("X-Kubernetes-PF-PriorityLevel-UID", "priority level");
        }

        void Append(string header, string name)
        {
            if (response.Headers.TryGetValues(header, out var values) && values.First() is { Length: > 0 and <= 64 } value && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-'))
            {
                message.Append(CultureInfo.InvariantCulture, $" ({name} {value})");
            }
        }
    }
}
