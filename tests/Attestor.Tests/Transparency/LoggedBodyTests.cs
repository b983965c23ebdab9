using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Tests.Verifying;
using Provenance.Attestor.Transparency;

namespace Provenance.Attestor.Tests.Transparency;

public sealed class LoggedBodyTests
{
    [Theory]
    [InlineData("0.0.1", "SHA256", null)]
    [InlineData("0.0.1", "SHA384", "TLOG_MISMATCH")]
    [InlineData("0.0.1", "SHA512", "TLOG_MISMATCH")]
    [InlineData("0.0.2", "SHA256", null)]
    [InlineData("0.0.2", "SHA384", "TLOG_MISMATCH")]
    [InlineData("0.0.2", "SHA512", "TLOG_MISMATCH")]
    public void An_entry_over_a_hash_that_was_not_signed_is_refused(string version, string algorithm, string? code)
    {
        var key = Forgery.Signer.PublicKey;
        var envelope = Bundle.Parse(Encoding.UTF8.GetBytes(((JsonObject)JsonNode.Parse(Forgery.Bundle(Forgery.Statement()))!).ToJsonString())).Envelope;
        byte[] hash = CryptographicOperations.HashData(new HashAlgorithmName(algorithm), envelope.ToSignedBytes());
        var entry = Entry(version, version is "0.0.1" ? First(algorithm, hash, envelope, key.ToPem()) : Second(algorithm, hash, envelope, key.SubjectPublicKeyInfo.ToArray()));

        var verify = () => LoggedBody.Verify(entry, new EnvelopeContent(envelope), new LoggedSigner(IsCertificate: false, key.SubjectPublicKeyInfo) { Hash = HashAlgorithmName.SHA256 });

        if (code is null)
        {
            verify.Should().NotThrow();
        }
        else
        {
            verify.Should().Throw<EvidenceException>().Which.Code.Should().Be(code);
        }
    }

    private static JsonObject First(string algorithm, byte[] hash, Envelope envelope, string pem) => new()
    {
        ["data"] = new JsonObject { ["hash"] = new JsonObject { ["algorithm"] = algorithm.ToLowerInvariant(), ["value"] = Convert.ToHexStringLower(hash) } },
        ["signature"] = new JsonObject
        {
            ["content"] = Convert.ToBase64String(envelope.Signatures[0].Value.Span),
            ["publicKey"] = new JsonObject { ["content"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)) },
        },
    };

    private static JsonObject Second(string algorithm, byte[] hash, Envelope envelope, byte[] key) => new()
    {
        ["hashedRekordV002"] = new JsonObject
        {
            ["data"] = new JsonObject { ["algorithm"] = algorithm.Replace("SHA", "SHA2_", StringComparison.Ordinal), ["digest"] = Convert.ToBase64String(hash) },
            ["signature"] = new JsonObject
            {
                ["content"] = Convert.ToBase64String(envelope.Signatures[0].Value.Span),
                ["verifier"] = new JsonObject { ["publicKey"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(key) } },
            },
        },
    };

    private static LogEntry Entry(string version, JsonObject spec) => new()
    {
        LogIndex = 0,
        LogId = new byte[32],
        Kind = "hashedrekord",
        Version = version,
        IntegratedTime = 0,
        Promise = null,
        Proof = null,
        Body = Encoding.UTF8.GetBytes(new JsonObject { ["apiVersion"] = version, ["kind"] = "hashedrekord", ["spec"] = spec }.ToJsonString()),
    };
}
