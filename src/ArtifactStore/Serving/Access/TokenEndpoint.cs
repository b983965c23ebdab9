using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>
/// <c>/token</c>: gives out short-lived tokens, by GET with Basic credentials or none (distribution's "Token Authentication
/// Specification") and by POST of an OAuth 2 password grant. A token is never worth more than what it was given for, nor longer.
/// </summary>
internal sealed class TokenEndpoint(
    Authenticator authenticator, AccessMiddleware middleware, IAccessControl control, RegistryTokens tokens, AccessOptions options, TimeProvider time)
{
    private const int MaximumScopeLength = 4096;
    private const int MaximumFormSize = 64 * 1024;

    /// <summary>Answers GET and POST.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        bool isPost = HttpMethods.IsPost(context.Request.Method);
        var form = isPost ? await ReadFormAsync(context).ConfigureAwait(false) : null;
        var sender = form is null ? await authenticator.AuthenticateAsync(context).ConfigureAwait(false) : await ByFormAsync(form, context).ConfigureAwait(false);
        if (sender.Refusal is { } reason)
        {
            var refusal = middleware.Refuse(context, reason);
            throw refusal;
        }

        var asked = form is null ? context.Request.Query["scope"] : form["scope"];
        var granted = Grant(sender, asked);
        var now = time.GetUtcNow();
        var expires = now + options.TokenLifetime;
        if (sender.Identity.Expires is { } end && end < expires)
        {
            expires = end;
        }

        await WriteAsync(context, tokens.Issue(sender.Identity, granted, expires), now, expires, isPost ? granted : null).ConfigureAwait(false);
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentLength is null or > MaximumFormSize)
        {
            throw new OciException(StatusCodes.Status400BadRequest, "UNSUPPORTED", $"Post a form of at most {MaximumFormSize} bytes.");
        }

        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new OciException(StatusCodes.Status400BadRequest, "UNSUPPORTED", "The form cannot be read.");
        }
    }

    private static async Task WriteAsync(HttpContext context, string token, DateTimeOffset now, DateTimeOffset expires, IReadOnlyList<TokenScope>? scopes)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("token", token);
            writer.WriteString("access_token", token);
            writer.WriteNumber("expires_in", (long)(expires - now).TotalSeconds);
            writer.WriteString("issued_at", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            if (scopes is not null)
            {
                writer.WriteString("scope", string.Join(' ', scopes));
                writer.WriteString("token_type", "Bearer");
            }

            writer.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    private async ValueTask<Authentication> ByFormAsync(IFormCollection form, HttpContext context)
    {
        if (form["grant_type"] != "password" || form["username"] is not [{ } user] || form["password"] is not [{ } password])
        {
            throw new OciException(StatusCodes.Status400BadRequest, "UNSUPPORTED", "Only grant_type=password with one username and one password is supported.");
        }

        return await authenticator.ByPasswordAsync(user, password, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>What of the scopes asked for the rules allow, and, where a token of ours was presented, what that one holds already.</summary>
    private List<TokenScope> Grant(Authentication sender, StringValues asked)
    {
        string[] texts = [.. asked.OfType<string>().SelectMany(static text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        if (texts.Length > TokenScope.MaximumCount || texts.Sum(static text => text.Length) > MaximumScopeLength)
        {
            throw new OciException(StatusCodes.Status400BadRequest, "UNSUPPORTED", $"At most {TokenScope.MaximumCount} scopes of together {MaximumScopeLength} characters.");
        }

        var granted = new List<TokenScope>();
        foreach (var scope in texts.Select(static text => TokenScope.Parse(text, RepositoryName.IsValid)).OfType<TokenScope>())
        {
            if (scope.Repository.Length is 0)
            {
                AddIf(granted, scope, sender.Scopes is null || sender.Scopes.Contains(scope));
                continue;
            }

            var resource = AccessResource.Repository(scope.Repository);
            AccessAction[] actions = [.. scope.Actions.Where(action => control.Allows(sender.Identity, action, resource) && Holds(sender, action, scope.Repository))];
            AddIf(granted, scope with { Actions = actions }, actions.Length > 0);
        }

        return granted;
    }

    private static bool Holds(Authentication sender, AccessAction action, string repository) =>
        sender.Scopes is null || sender.Scopes.Any(scope => scope.Repository == repository && scope.Actions.Contains(action));

    private static void AddIf(List<TokenScope> granted, TokenScope scope, bool add)
    {
        if (add)
        {
            granted.Add(scope);
        }
    }
}
