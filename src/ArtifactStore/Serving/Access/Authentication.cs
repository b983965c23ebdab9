using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>Who sent a request, or why that cannot be believed.</summary>
/// <param name="Identity">Who sent it; nobody in particular where it was refused.</param>
/// <param name="Scopes">What the token that was presented may be used for; null where nothing cuts the identity's rights down.</param>
/// <param name="Refusal">One of <see cref="AccessRefusals"/>; null where the request goes on.</param>
internal sealed record Authentication(AccessIdentity Identity, IReadOnlyList<TokenScope>? Scopes = null, string? Refusal = null)
{
    /// <summary>Nobody in particular.</summary>
    public static Authentication Anonymous { get; } = new(AccessIdentity.Anonymous);

    /// <summary>The credentials are refused.</summary>
    public static Authentication Refused(string reason) => new(AccessIdentity.Anonymous, Refusal: reason);
}
