using System.Globalization;
using System.Text.Json.Nodes;

namespace Provenance.Testing.Sigstore;

/// <summary>What an instance gives its clients to know it by: <c>trusted_root.json</c> and <c>signing_config.json</c>.</summary>
/// <param name="uri">Where all services are.</param>
/// <param name="start">From when they are trusted.</param>
internal sealed class TrustDocuments(string uri, DateTimeOffset start)
{
    private readonly string timestamps = uri + "/api/v1/timestamp";

    /// <summary>The trusted root, version 0.1.</summary>
    public JsonObject TrustedRoot(IReadOnlyList<MerkleLog> logs, CertificateLog certificateLog, IEnumerable<byte[]> authority, IEnumerable<byte[]> timestampAuthority) => new()
    {
        ["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        ["tlogs"] = new JsonArray([.. logs.Select(log => Log(log.PublicKey, log.Id))]),
        ["certificateAuthorities"] = new JsonArray(Authority("sigstore", uri, authority)),
        ["ctlogs"] = new JsonArray(Log(certificateLog.PublicKey, certificateLog.Id)),
        ["timestampAuthorities"] = new JsonArray(Authority("tsa", timestamps, timestampAuthority)),
    };

    /// <summary>A signing configuration, version 0.2.</summary>
    public JsonObject SigningConfig(SigningConfigKind kind)
    {
        var config = new JsonObject
        {
            ["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            ["caUrls"] = Service(uri, 1),
            ["oidcUrls"] = Service(uri, 1),
            ["rekorTlogConfig"] = new JsonObject(),
            ["tsaConfig"] = new JsonObject(),
        };
        if (kind is not SigningConfigKind.TimestampOnly)
        {
            config["rekorTlogUrls"] = Service(uri, kind is SigningConfigKind.RekorV2 ? 2 : 1);
            config["rekorTlogConfig"]!["selector"] = "ANY";
        }

        if (kind is not SigningConfigKind.RekorV1)
        {
            config["tsaUrls"] = Service(timestamps, 1);
            config["tsaConfig"]!["selector"] = "ANY";
        }

        return config;
    }

    private JsonArray Service(string url, int version) =>
        new(new JsonObject { ["url"] = url, ["majorApiVersion"] = version, ["validFor"] = ValidFor(), ["operator"] = "private.example" });

    private JsonObject Log(byte[] key, byte[] id) => new()
    {
        ["baseUrl"] = uri,
        ["hashAlgorithm"] = "SHA2_256",
        ["publicKey"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(key), ["keyDetails"] = "PKIX_ECDSA_P256_SHA_256", ["validFor"] = ValidFor() },
        ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(id) },
    };

    private JsonObject Authority(string name, string at, IEnumerable<byte[]> chain) => new()
    {
        ["subject"] = new JsonObject { ["organization"] = "private.example", ["commonName"] = name },
        ["uri"] = at,
        ["certChain"] = new JsonObject { ["certificates"] = new JsonArray([.. chain.Select(static der => new JsonObject { ["rawBytes"] = Convert.ToBase64String(der) })]) },
        ["validFor"] = ValidFor(),
    };

    private JsonObject ValidFor() => new() { ["start"] = start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
}
