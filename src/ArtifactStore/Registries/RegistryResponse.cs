using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>A registry's answer, read to its end.</summary>
internal sealed record RegistryResponse
{
    private const int MaximumMessageLength = 300;
    private const int MaximumErrors = 100;

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>The request it answers.</summary>
    public required RegistryRequest Request { get; init; }

    /// <summary>The registry that answered.</summary>
    public required RegistryHost Host { get; init; }

    /// <summary>The credentials that it was asked with, which its words are cleared of; null for none.</summary>
    public AuthenticationHeaderValue? Sent { get; init; }

    /// <summary>The HTTP status.</summary>
    public required HttpStatusCode Status { get; init; }

    /// <summary>The body, within the limit of the request.</summary>
    public required byte[] Content { get; init; }

    /// <summary>The body of an answer to a request for a stream; whoever sent the request disposes of it. Null for everything else.</summary>
    public ReceivedBlob? Body { get; init; }

    /// <summary>The media type without parameters, as the registry claims.</summary>
    public string? ContentType { get; init; }

    /// <summary><c>Content-Length</c>, which for HEAD is the size of what GET would answer.</summary>
    public long? ContentLength { get; init; }

    /// <summary><c>Docker-Content-Digest</c>, where it is a digest: what the registry claims, never what we know.</summary>
    public Digest? ContentDigest { get; init; }

    /// <summary><c>Location</c>, made absolute.</summary>
    public Uri? Location { get; init; }

    /// <summary>The raw <c>Link</c> headers.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary><c>OCI-Subject</c>.</summary>
    public string? OciSubject { get; init; }

    /// <summary>How long the registry asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || ((int)Status >= 500 && Status is not HttpStatusCode.NotImplemented and not HttpStatusCode.HttpVersionNotSupported);

    /// <summary>Throws unless the status is one of those expected.</summary>
    public RegistryResponse Expect(params ReadOnlySpan<HttpStatusCode> expected) => expected.Contains(Status) ? this : throw Refused();

    /// <summary>The refusal as an exception, with the registry's own code and message where it gave them.</summary>
    public RegistryException Refused()
    {
        var (code, message) = ReadError();
        string advice = Status switch
        {
            HttpStatusCode.Unauthorized => " Check the credentials for this registry in docker's config.json (auths; credential stores are not read).",
            HttpStatusCode.Forbidden => " Grant this account access to the repository.",
            _ when IsTransient => " Try again later.",
            _ => "",
        };
        return Host.Fault(
            code ?? DefaultCode(),
            $"Cannot {Request.Purpose}: the registry answered {(int)Status} to {Request.Method} "
                + $"{Request.Address.GetLeftPart(UriPartial.Path)}"
            + $"{(message is null ? "" : $" (\"{message}\")")}.{advice}",
            IsTransient,
            retryAfter: RetryAfter);
    }

    /// <summary>Whether the registry gives one of these OCI error codes.</summary>
    public bool HasErrorCode(params ReadOnlySpan<string> codes)
    {
        try
        {
            using var json = JsonDocument.Parse(Content, new JsonDocumentOptions { MaxDepth = 16 });
            foreach (var error in json.RootElement.GetProperty("errors").EnumerateArray().Take(MaximumErrors))
            {
                if (codes.Contains(error.GetProperty("code").GetString()))
                {
                    return true;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not an error as the specification words it.
        }

        return false;
    }

    /// <summary>Reads <c>Retry-After</c> (RFC 9110, section 10.2.3); null where there is none or its time has come.</summary>
    public static TimeSpan? ReadRetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var wanted = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - now : null;
        return wanted > LongestRetryAfter ? LongestRetryAfter : wanted > TimeSpan.Zero ? wanted : null;
    }

    private string DefaultCode() => Status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "UNAUTHORIZED",
        _ when IsTransient => "UNAVAILABLE",
        _ => "INVALID_RESPONSE",
    };

    /// <summary>The first error of an OCI error body; what a stranger wrote is cut short and stripped of control characters.</summary>
    private (string? Code, string? Message) ReadError()
    {
        try
        {
            using var json = JsonDocument.Parse(Content, new JsonDocumentOptions { MaxDepth = 16 });
            var error = json.RootElement.GetProperty("errors")[0];
            return (
                Clean(error, "code", character => char.IsAsciiLetterUpper(character) || character == '_', 64),
                Clean(error, "message", character => !char.IsControl(character), MaximumMessageLength));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return (null, null);
        }
    }

    private string? Clean(JsonElement error, string name, Func<char, bool> allowed, int maximumLength)
    {
        string text = error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        string clean = new([.. EchoedCredential.Remove(text, Sent).Where(allowed).Take(maximumLength)]);
        return clean.Length == 0 ? null : clean;
    }
}
