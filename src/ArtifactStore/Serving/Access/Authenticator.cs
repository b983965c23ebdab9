using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Access.Certificates;
using Provenance.ArtifactStore.Access.Passwords;
using Provenance.ArtifactStore.Access.Tokens;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>
/// Finds out who sent a request: by name and password, by a token (as Bearer, or as the password where a client can only do Basic), or by
/// the certificate of the connection. Credentials that are presented must hold; they are never ignored for weaker ones.
/// </summary>
internal sealed class Authenticator : IDisposable
{
    private const int MaximumHeaderLength = 24 * 1024;

    private static readonly object CertificateKey = new();

    private readonly AccessOptions options;
    private readonly RegistryTokens ownTokens;
    private readonly PasswordVerifier? passwords;
    private readonly TokenVerifier? tokens;
    private readonly List<IDisposable> owned = [];

    /// <summary>Opens the files that are needed.</summary>
    /// <exception cref="Configuring.ConfigurationException">One of them cannot be used.</exception>
    public Authenticator(AccessOptions options, RegistryTokens ownTokens, TimeProvider time, IAccessObserver? observer)
    {
        (this.options, this.ownTokens) = (options, ownTokens);
        Action<string>? trouble = observer is null ? null : observer.Trouble;
        if (options.PasswordFile is { } file)
        {
            passwords = new PasswordVerifier(file, time, trouble);
            owned.Add(passwords);
        }

        if (options.Issuers.Count > 0)
        {
            tokens = new TokenVerifier([.. options.Issuers.Select(issuer => (issuer, KeysOf(issuer, time, trouble)))], time);
        }
    }

    /// <summary>Finds out who sent the request.</summary>
    public ValueTask<Authentication> AuthenticateAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count is 0)
        {
            return ValueTask.FromResult(ByCertificate(context));
        }

        string text = header.ToString();
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        if (header.Count > 1 || blank < 0 || text.Length > MaximumHeaderLength)
        {
            return ValueTask.FromResult(Authentication.Refused(text.Length > MaximumHeaderLength ? AccessRefusals.TokenSize : AccessRefusals.Malformed));
        }

        string credentials = text[(blank + 1)..].Trim();
        return text.AsSpan(0, blank) switch
        {
            var scheme when scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) => ByBasicAsync(credentials, context.RequestAborted),
            var scheme when scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) => ByTokenAsync(credentials, context.RequestAborted),
            _ => ValueTask.FromResult(Authentication.Refused(AccessRefusals.Malformed)),
        };
    }

    /// <summary>Finds out who has this name and password, which may be a token.</summary>
    public ValueTask<Authentication> ByPasswordAsync(string user, string password, CancellationToken cancellationToken)
    {
        if (JsonWebToken.LooksLikeOne(password) || password.StartsWith(RegistryTokens.Prefix, StringComparison.Ordinal))
        {
            return ByTokenAsync(password, cancellationToken);
        }

        return passwords is null ? ValueTask.FromResult(Authentication.Refused(AccessRefusals.Password)) : ByUserAsync(passwords, user, password);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var item in owned)
        {
            item.Dispose();
        }
    }

    private static string ReasonOf(TokenOutcome outcome) => outcome switch
    {
        TokenOutcome.Oversized => AccessRefusals.TokenSize,
        TokenOutcome.WrongAlgorithm => AccessRefusals.TokenAlgorithm,
        TokenOutcome.UnknownIssuer => AccessRefusals.TokenIssuer,
        TokenOutcome.WrongAudience => AccessRefusals.TokenAudience,
        TokenOutcome.Expired => AccessRefusals.TokenExpired,
        TokenOutcome.Early => AccessRefusals.TokenEarly,
        TokenOutcome.UnknownKey => AccessRefusals.TokenKey,
        TokenOutcome.WrongSignature => AccessRefusals.TokenSignature,
        TokenOutcome.KeysUnavailable => AccessRefusals.KeysUnavailable,
        _ => AccessRefusals.TokenFormat,
    };

    private IKeySource KeysOf(TrustedIssuer issuer, TimeProvider time, Action<string>? trouble)
    {
        if (issuer.KeysFile is { } file)
        {
            return new KeySetFile(file, time, trouble);
        }

        var served = new ServedKeys(issuer, time, trouble);
        owned.Add(served);
        return served;
    }

    private ValueTask<Authentication> ByBasicAsync(string credentials, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out int length))
        {
            return ValueTask.FromResult(Authentication.Refused(AccessRefusals.Malformed));
        }

        string text = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ValueTask.FromResult(Authentication.Refused(AccessRefusals.Malformed)) : ByPasswordAsync(text[..colon], text[(colon + 1)..], cancellationToken);
    }

    private async ValueTask<Authentication> ByUserAsync(PasswordVerifier verifier, string user, string password) =>
        await verifier.CheckAsync(user, password).ConfigureAwait(false) switch
        {
            PasswordCheck.Right => new(new AccessIdentity { Kind = IdentityKind.User, Name = user, Groups = GroupsOf(user) }),
            PasswordCheck.Busy => Authentication.Refused(AccessRefusals.Busy),
            _ => Authentication.Refused(AccessRefusals.Password),
        };

    private async ValueTask<Authentication> ByTokenAsync(string text, CancellationToken cancellationToken)
    {
        if (text.StartsWith(RegistryTokens.Prefix, StringComparison.Ordinal))
        {
            var own = ownTokens.TryRead(text, out var identity, out var scopes);
            return own is TokenOutcome.Valid ? new(identity, scopes) : Authentication.Refused(ReasonOf(own));
        }

        if (tokens is null)
        {
            return Authentication.Refused(AccessRefusals.TokenIssuer);
        }

        var (outcome, token) = await tokens.VerifyAsync(text, cancellationToken).ConfigureAwait(false);
        return token is null
            ? Authentication.Refused(ReasonOf(outcome))
            : new(new AccessIdentity { Kind = IdentityKind.Token, Name = token.Subject, Issuer = token.Issuer, Groups = token.Groups, Expires = token.Expires });
    }

    private Authentication ByCertificate(HttpContext context)
    {
        if (!options.ClientCertificates || context.Connection.ClientCertificate is not { } certificate)
        {
            return Authentication.Anonymous;
        }

        // The certificate belongs to the connection, and so does what it says.
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(CertificateKey, out object? known))
        {
            return (Authentication)known!;
        }

        var found = CertificateName.Of(certificate) is { } name
            ? new Authentication(new AccessIdentity { Kind = IdentityKind.Certificate, Name = name })
            : Authentication.Anonymous;
        items?.TryAdd(CertificateKey, found);
        return found;
    }

    private string[] GroupsOf(string user) => [.. options.UserGroups.Where(group => group.Value.Contains(user, StringComparer.Ordinal)).Select(static group => group.Key)];
}
