using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>Signs by a Sigstore instance and believes whatever it answers, so that only a verifier is left to find a lie.</summary>
internal sealed class TrustingSigner(LoopbackSigstore sigstore) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(sigstore.Uri) };

    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        http.Dispose();
        Key.Dispose();
    }

    /// <summary>A bundle with what the kind of configuration asks for.</summary>
    public async Task<byte[]> SignAsync(byte[] statement, SigningConfigKind kind)
    {
        byte[] certificate = await CertifyAsync();
        byte[] signature = Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement));
        var material = new BundleMaterial
        {
            MediaType = Bundle.MediaTypeV03,
            Version = 3,
            KeyHint = null,
            Certificates = [certificate],
            LogEntries = kind switch
            {
                SigningConfigKind.TimestampOnly => [],
                SigningConfigKind.RekorV2 => [await EnterV2Async(SHA256.HashData(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement)), signature, certificate)],
                _ => [await EnterV1Async(Proposed(statement, signature, certificate))],
            },
            Timestamps = kind is SigningConfigKind.RekorV1 ? [] : [await StampAsync(Rfc3161TimestampRequest.CreateFromData(signature, HashAlgorithmName.SHA256, requestSignerCertificates: true))],
        };
        return BundleWriter.Write(statement, signature, material);
    }

    public byte[] Sign(byte[] content) => Key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>The certificate for the key.</summary>
    public async Task<byte[]> CertifyAsync()
    {
        var (status, answer) = await AskForCertificateAsync(sigstore.IssueToken(), Sign(Encoding.UTF8.GetBytes(sigstore.Subject)));
        status.Should().Be(HttpStatusCode.OK);
        string pem = (string)answer["signedCertificateEmbeddedSct"]!["chain"]!["certificates"]![0]!;
        var fields = PemEncoding.Find(pem);
        return JsonValue.Create(pem[fields.Base64Data].ReplaceLineEndings("")).Bytes();
    }

    public async Task<(HttpStatusCode Status, JsonNode Answer)> AskForCertificateAsync(string token, byte[] proof, bool inHeader = false)
    {
        var body = new JsonObject
        {
            ["publicKeyRequest"] = new JsonObject
            {
                ["publicKey"] = new JsonObject { ["algorithm"] = "ECDSA", ["content"] = Key.ExportSubjectPublicKeyInfoPem() },
                ["proofOfPossession"] = Convert.ToBase64String(proof),
            },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/signingCert") { Content = JsonContent.Create(body) };
        if (inHeader)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else
        {
            body["credentials"] = new JsonObject { ["oidcIdentityToken"] = token };
            request.Content = JsonContent.Create(body);
        }

        using var response = await http.SendAsync(request);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    /// <summary>What is proposed to a log of version 1.</summary>
    public static JsonObject Proposed(byte[] statement, byte[] signature, byte[] certificate)
    {
        var envelope = new JsonObject
        {
            ["payload"] = Convert.ToBase64String(statement),
            ["payloadType"] = Envelope.StatementPayloadType,
            ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature) }),
        };
        string pem = new(PemEncoding.Write("CERTIFICATE", certificate));
        return new JsonObject
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "dsse",
            ["spec"] = new JsonObject
            {
                ["proposedContent"] = new JsonObject { ["envelope"] = envelope.ToJsonString(), ["verifiers"] = new JsonArray(Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))) },
            },
        };
    }

    public async Task<LogEntry> EnterV1Async(JsonObject proposed)
    {
        using var response = await PostAsync("/api/v1/log/entries", proposed);
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        return ReadV1(await response.Content.ReadFromJsonAsync<JsonObject>(), (string)proposed["kind"]!);
    }

    /// <summary>The only entry of an answer of version 1.</summary>
    public static LogEntry ReadV1(JsonObject? answer, string kind)
    {
        var entry = answer!.Should().ContainSingle().Which.Value!;
        var proof = entry["verification"]!["inclusionProof"]!;
        return new LogEntry
        {
            LogIndex = (long)entry["logIndex"]!,
            LogId = Convert.FromHexString((string)entry["logID"]!),
            Kind = kind,
            Version = "0.0.1",
            IntegratedTime = (long)entry["integratedTime"]!,
            Promise = entry["verification"]!["signedEntryTimestamp"]!.Bytes(),
            Proof = new InclusionProof(
                (long)proof["logIndex"]!,
                Convert.FromHexString((string)proof["rootHash"]!),
                (long)proof["treeSize"]!,
                [.. proof["hashes"]!.AsArray().Select(static hash => (ReadOnlyMemory<byte>)Convert.FromHexString((string)hash!))],
                (string)proof["checkpoint"]!),
            Body = entry["body"]!.Bytes(),
        };
    }

    public async Task<LogEntry> EnterV2Async(byte[] digest, byte[] signature, byte[] certificate)
    {
        using var response = await PostAsync("/api/v2/log/entries", new JsonObject
        {
            ["hashedRekordRequestV002"] = new JsonObject
            {
                ["digest"] = Convert.ToBase64String(digest),
                ["signature"] = new JsonObject
                {
                    ["content"] = Convert.ToBase64String(signature),
                    ["verifier"] = new JsonObject
                    {
                        ["keyDetails"] = "PKIX_ECDSA_P256_SHA_256",
                        ["x509Certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate) },
                    },
                },
            },
        });
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        var entry = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        var proof = entry["inclusionProof"]!;
        return new LogEntry
        {
            LogIndex = Number(entry["logIndex"]),
            LogId = entry["logId"]!["keyId"]!.Bytes(),
            Kind = (string)entry["kindVersion"]!["kind"]!,
            Version = (string)entry["kindVersion"]!["version"]!,
            IntegratedTime = 0,
            Promise = null,
            Proof = new InclusionProof(
                Number(proof["logIndex"]),
                proof["rootHash"]!.Bytes(),
                Number(proof["treeSize"]),
                [.. proof["hashes"]!.AsArray().Select(static hash => (ReadOnlyMemory<byte>)hash!.Bytes())],
                (string)proof["checkpoint"]!["envelope"]!),
            Body = entry["canonicalizedBody"]!.Bytes(),
        };
    }

    /// <summary>The TimeStampResp.</summary>
    public async Task<byte[]> StampAsync(Rfc3161TimestampRequest request)
    {
        using var content = new ByteArrayContent(request.Encode());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await http.PostAsync(new Uri(sigstore.TimestampUri), content);
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/timestamp-reply");
        return await response.Content.ReadAsByteArrayAsync();
    }

    public Task<HttpResponseMessage> PostAsync(string path, JsonObject body) => http.PostAsJsonAsync(path, body);

    public async Task<(HttpStatusCode Status, JsonNode? Answer)> GetAsync(string uri, string? bearer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonNode>());
    }

    private static long Number(JsonNode? value) => value is null ? 0 : long.Parse((string)value!, CultureInfo.InvariantCulture);
}
