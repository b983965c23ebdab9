using System.Net;

namespace Provenance.Attestor.SigningServices;

/// <summary>What a service answered, with one of the statuses that the request expects.</summary>
internal sealed class ServiceAnswer
{
    /// <summary>The status.</summary>
    public required HttpStatusCode Status { get; init; }

    /// <summary>The body, no larger than asked for.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The absolute Location; null where there is none, or where it leads to another scheme, host or port.</summary>
    public Uri? Location { get; init; }

    /// <summary>The header <c>x-log-index</c>, by which logs of version 2 say where they have an entry already; null where there is none.</summary>
    public string? LogIndex { get; init; }
}
