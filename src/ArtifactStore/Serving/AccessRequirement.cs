using Microsoft.AspNetCore.Http;

namespace Provenance.ArtifactStore.Serving;

/// <summary>
/// How an endpoint is guarded. Where access control is on, an endpoint that says nothing about it is refused to everybody: nobody can
/// forget the guard. Where it is off, this does nothing and costs nothing.
/// </summary>
public sealed class AccessRequirement
{
    private AccessRequirement(bool isOpen, Func<HttpContext, AccessRequest>? request) => (IsOpen, Request) = (isOpen, request);

    /// <summary>Whether the endpoint is for everybody, without a look at credentials.</summary>
    internal bool IsOpen { get; }

    /// <summary>What a request asks for; null where the endpoint asks by itself, once it has read the request.</summary>
    internal Func<HttpContext, AccessRequest>? Request { get; }

    /// <summary>The endpoint is for everybody.</summary>
    public static AccessRequirement Open { get; } = new(isOpen: true, null);

    /// <summary>The endpoint asks by itself, with <see cref="RequestAccess"/>.</summary>
    internal static AccessRequirement Inside { get; } = new(isOpen: false, null);

    /// <summary>The endpoint is for those who may do what the function finds in the request.</summary>
    public static AccessRequirement To(Func<HttpContext, AccessRequest> request) => new(isOpen: false, request);
}
