using System.Net;

namespace Provenance.Attestor.SigningServices;

/// <summary>A request to a service that signing needs. It may be repeated, so that sending it twice must do no harm.</summary>
internal sealed class ServiceRequest
{
    private static readonly HashSet<HttpStatusCode> Ok = [HttpStatusCode.OK];
    private static readonly Dictionary<string, string> None = [];

    /// <summary>What people call the service: <c>certificate authority</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>The absolute address. Messages name its host and port only.</summary>
    public required Uri Uri { get; init; }

    /// <summary>The body, if any.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The media type of the body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The media type of the answer that is asked for.</summary>
    public string? Accept { get; init; }

    /// <summary>The bearer token; in no message, log or text, even where the service repeats it.</summary>
    public string? Bearer { get; init; }

    /// <summary>The token in the body, if there is one and no bearer token; in no message either.</summary>
    public string? Secret { get; init; }

    /// <summary>Headers of the service's own, of visible ASCII. Any may be secret: none is in a message, and where there are some, no word of the service is.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = None;

    /// <summary>How many bytes of an expected answer are read; a larger one is an error.</summary>
    public int MaximumSize { get; init; } = 1 << 20;

    /// <summary>How long one attempt may take, from connecting to the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The statuses that are answers, any other being an error; null where all are but those that another attempt may change.</summary>
    public IReadOnlySet<HttpStatusCode>? Expected { get; init; } = Ok;

    /// <summary>What to do while the service is away.</summary>
    public string AdviceWhenAway { get; init; } = "Try again later.";

    /// <summary>What to do about a certificate that this machine does not trust.</summary>
    public string AdviceOnCertificate { get; init; } = "Install its authority, or correct its address.";

    /// <inheritdoc/>
    public override string ToString() => $"{Method} to the {Service} {Uri.Authority}";
}
