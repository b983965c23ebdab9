using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

/// <summary>Genuine evidence, and one small change at a time.</summary>
internal static class Forgery
{
    public const string BuildType = "https://provenance.dev/buildtypes/tekton/v1";
    public const string BuilderId = "https://ci.example.com/provenance/prod-cluster";
    public const string Commit = "6aaabb0ea9d2e26802784375db2bf10027ec1ff4";

    public static byte[] Artifact { get; } = Encoding.ASCII.GetBytes("the artifact");

    public static Digest Subject { get; } = Digest.Of(Artifact);

    public static KeySigner Signer { get; } = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static KeySigner Stranger { get; } = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A statement about the artifact, as this project writes it; the change is made before it is signed.</summary>
    public static byte[] Statement(Action<JsonObject>? change = null)
    {
        var statement = (JsonObject)JsonNode.Parse($$$"""
            {
              "_type": "https://in-toto.io/Statement/v1",
              "subject": [{"name": "registry.example.com/release/app", "digest": {"sha256": "{{{Subject.Hex}}}"}}],
              "predicateType": "https://slsa.dev/provenance/v1",
              "predicate": {
                "buildDefinition": {
                  "buildType": "{{{BuildType}}}",
                  "externalParameters": {
                    "definition": {"uri": "git+https://git.example.com/ci/pipelines.git", "digest": {"sha1": "{{{Commit}}}"}},
                    "parameters": {"image": "registry.example.com/release/app", "target": "release"},
                    "settings": {"serviceAccount": "builder"}
                  },
                  "internalParameters": {"run": {"name": "app-1", "outcome": "succeeded"}},
                  "resolvedDependencies": [
                    {"name": "inputs/source", "uri": "git+https://git.example.com/org/app.git@refs/tags/v1.2.3", "digest": {"gitCommit": "{{{Commit}}}"}}
                  ]
                },
                "runDetails": {"builder": {"id": "{{{BuilderId}}}"}, "metadata": {"invocationId": "1"}}
              }
            }
            """)!;
        change?.Invoke(statement);
        return Encoding.UTF8.GetBytes(statement.ToJsonString());
    }

    /// <summary>A bundle over exactly these statement bytes.</summary>
    public static byte[] Bundle(byte[] statement, KeySigner? signer = null)
    {
        signer ??= Signer;
        return BundleWriter.Write(statement, signer.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement)), signer.PublicKey);
    }

    /// <summary>A bundle over a statement that was changed before it was signed.</summary>
    public static byte[] Bundle(Action<JsonObject> change) => Bundle(Statement(change));

    /// <summary>A genuine bundle that was changed after it was signed.</summary>
    public static byte[] Tampered(Action<JsonObject> change, byte[]? bundle = null)
    {
        var json = (JsonObject)JsonNode.Parse(bundle ?? Bundle(Statement()))!;
        change(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <summary>A bundle signed with a payload type of the attacker's choice, genuinely.</summary>
    public static byte[] SignedAs(string payloadType, byte[] statement)
    {
        byte[] signature = Signer.Sign(PreAuthenticationEncoding.Of(payloadType, statement));
        return Tampered(json => json["dsseEnvelope"]!["payloadType"] = payloadType, BundleWriter.Write(statement, signature, Signer.PublicKey));
    }

    /// <summary>A bare envelope with any number of signatures, as the older layout stores it.</summary>
    public static byte[] EnvelopeBy(params KeySigner[] signers)
    {
        byte[] statement = Statement();
        var signatures = signers.Select(signer => (JsonNode)new JsonObject
        {
            ["keyid"] = "",
            ["sig"] = Convert.ToBase64String(signer.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement))),
        });
        var envelope = new JsonObject
        {
            ["payloadType"] = Envelope.StatementPayloadType,
            ["payload"] = Convert.ToBase64String(statement),
            ["signatures"] = new JsonArray([.. signatures]),
        };
        return Encoding.UTF8.GetBytes(envelope.ToJsonString());
    }

    /// <summary>Follows names and indexes.</summary>
    public static JsonNode At(this JsonNode node, params object[] path) =>
        path.Aggregate(node, static (current, step) => step is int index ? current[index]! : current[(string)step]!);

    /// <summary>The external parameters of a statement.</summary>
    public static JsonObject Parameters(this JsonObject statement) =>
        (JsonObject)statement.At("predicate", "buildDefinition", "externalParameters", "parameters");

    /// <summary>The source of a statement.</summary>
    public static JsonObject Source(this JsonObject statement) =>
        (JsonObject)statement.At("predicate", "buildDefinition", "resolvedDependencies", 0);

    /// <summary>Verifies offered evidence with the signer's key.</summary>
    public static Task<Verdict> VerifyAsync(params byte[][] evidence) => VerifyAsync(Request(evidence));

    public static Task<Verdict> VerifyAsync(VerifyArtifact request) =>
        new VerifyArtifactHandler(TimeProvider.System).Handle(request, CancellationToken.None);

    public static VerifyArtifact Request(params byte[][] evidence) => new()
    {
        Subject = Subject,
        Evidence = [.. evidence.Select(static (bytes, i) => new OfferedEvidence($"evidence-{i}", bytes))],
        Keys = [Signer.PublicKey],
    };
}
