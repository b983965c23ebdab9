using Microsoft.AspNetCore.Http;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>Asks for credentials (<c>WWW-Authenticate</c>).</summary>
internal static class Challenges
{
    /// <summary>For name and password.</summary>
    public const string Basic = "Basic realm=\"provenance\", charset=\"UTF-8\"";

    /// <summary>The challenge for a request; <paramref name="asked"/> is null at the entrance of the registry. Only registry clients know how to get a token.</summary>
    public static string For(HttpRequest request, AccessOptions options, AccessRequest? asked, string? error)
    {
        if (options.Challenge is ChallengeKind.Basic || asked is { Resource.Kind: not AccessResourceKind.Repository })
        {
            return Basic;
        }

        string scope = asked is { } wanted ? $",scope=\"repository:{wanted.Resource.Name}:{TokenScope.WordsOf(wanted.Action)}\"" : "";
        string problem = error is null ? "" : $",error=\"{error}\"";
        return $"Bearer realm=\"{AddressOf(request, options)}/token\",service=\"{ServiceOf(request, options)}\"{scope}{problem}";
    }

    private static string AddressOf(HttpRequest request, AccessOptions options) =>
        options.PublicAddress is { } address ? address.GetLeftPart(UriPartial.Authority) : $"{request.Scheme}://{HostOf(request)}";

    private static string ServiceOf(HttpRequest request, AccessOptions options) => options.PublicAddress?.Authority ?? HostOf(request);

    // A host that is none stands in no header: the quotes around it could end early.
    private static string HostOf(HttpRequest request) =>
        request.Host.Value is { Length: > 0 } host && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']' or '_') ? host : "localhost";
}
