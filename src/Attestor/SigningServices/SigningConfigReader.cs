using System.Text.Json;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.SigningServices;

/// <summary>Reads signing configs strictly: unknown fields, missing starts and addresses that are none are refused.</summary>
internal static class SigningConfigReader
{
    private const string What = "signing config";
    private const int MaximumItems = 64;
    private const int MaximumText = 2048;

    public static SigningConfig Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > SigningConfig.MaximumSize)
        {
            throw new EvidenceException("LIMIT", $"The {What} has {utf8.Length} bytes; at most {SigningConfig.MaximumSize} are read.");
        }

        using var document = StrictJson.ParseObject(utf8, What);
        var root = document.RootElement;
        switch (StrictJson.GetText(root, "mediaType", What))
        {
            case "application/vnd.dev.sigstore.signingconfig.v0.2+json":
                break;
            case "application/vnd.dev.sigstore.signingconfig.v0.1+json":
                throw Invalid("it is of version 0.1, which says neither which protocol a service speaks nor until when. Make one of version 0.2, for instance with: cosign signing-config create");
            case var other:
                throw Invalid($"its media type is \"{StrictJson.Excerpt(other)}\"; version 0.2 is read");
        }

        StrictJson.RefuseUnknown(root, What, ["mediaType", "caUrls", "oidcUrls", "rekorTlogUrls", "rekorTlogConfig", "tsaUrls", "tsaConfig"]);
        return new SigningConfig
        {
            CertificateAuthorities = ReadServices(root, "caUrls"),
            TokenIssuers = ReadServices(root, "oidcUrls"),
            Logs = ReadServices(root, "rekorTlogUrls"),
            LogCount = ReadCount(root, "rekorTlogConfig"),
            TimestampAuthorities = ReadServices(root, "tsaUrls"),
            TimestampCount = ReadCount(root, "tsaConfig"),
        };
    }

    private static List<SigningService> ReadServices(JsonElement root, string name)
    {
        if (StrictJson.Find(root, name, JsonValueKind.Array, What) is not { } items)
        {
            return [];
        }

        return items.GetArrayLength() <= MaximumItems
            ? [.. items.EnumerateArray().Select((item, index) => ReadService(item, $"{name}[{index}]"))]
            : throw new EvidenceException("LIMIT", $"The {What} has {items.GetArrayLength()} {name}; at most {MaximumItems} are read.");
    }

    private static SigningService ReadService(JsonElement value, string name)
    {
        string where = $"{name} of the {What}";
        if (value.ValueKind is not JsonValueKind.Object)
        {
            throw new EvidenceException("JSON_INVALID", $"The {where} is no JSON object.");
        }

        StrictJson.RefuseUnknown(value, where, ["url", "majorApiVersion", "validFor", "operator"]);
        long version = StrictJson.GetCount(value, "majorApiVersion", where);
        return new SigningService(
            ReadUri(StrictJson.GetText(value, "url", where), name),
            version is > 0 and <= int.MaxValue ? (int)version : throw Invalid($"{name} has no majorApiVersion of 1 or more"),
            ValidityWindow.Read(StrictJson.Get(value, "validFor", JsonValueKind.Object, where), $"validFor of {where}"),
            StrictJson.Find(value, "operator", JsonValueKind.String, where)?.GetString() ?? "");
    }

    private static ServiceCount ReadCount(JsonElement root, string name)
    {
        if (StrictJson.Find(root, name, JsonValueKind.Object, What) is not { } value)
        {
            return default;
        }

        string where = $"{name} of the {What}";
        StrictJson.RefuseUnknown(value, where, ["selector", "count"]);
        var selector = StrictJson.Find(value, "selector", JsonValueKind.String, where)?.GetString() switch
        {
            null or "SERVICE_SELECTOR_UNDEFINED" => ServiceSelector.Undefined,
            "ALL" => ServiceSelector.All,
            "ANY" => ServiceSelector.Any,
            "EXACT" => ServiceSelector.Exact,
            var other => throw Invalid($"{name} has the selector \"{StrictJson.Excerpt(other)}\"; ALL, ANY and EXACT are known"),
        };
        long count = StrictJson.GetCount(value, "count", where);
        return selector is ServiceSelector.Exact && count is 0 or > MaximumItems
            ? throw Invalid($"{name} asks for exactly {count} services, where 1 to {MaximumItems} are possible")
            : new ServiceCount(selector, selector is ServiceSelector.Exact ? (int)count : 0);
    }

    private static Uri ReadUri(string text, string name) =>
        text.Length <= MaximumText && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            && uri is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 }
            ? uri
            : throw Invalid($"{name} has the address \"{StrictJson.Excerpt(text)}\", which is no http URL without user, query and fragment");

    private static EvidenceException Invalid(string what) => new("SIGNING_CONFIG_INVALID", $"The {What} cannot be used: {what}.");
}
