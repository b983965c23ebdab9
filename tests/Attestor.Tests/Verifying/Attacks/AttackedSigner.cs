using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Tests.Policies;
using Provenance.Attestor.Tests.Verifying.Bundles;
using Provenance.Attestor.Verifying;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Verifying.Attacks;

/// <summary>The same attacks on two kinds of evidence: signed with a key, and with a certificate and a log entry.</summary>
internal sealed class AttackedSigner
{
    private readonly PrivateSigstore? sigstore;
    private readonly PrivateSigstore? stranger;

    private AttackedSigner(PrivateSigstore? sigstore, PrivateSigstore? stranger)
    {
        this.sigstore = sigstore;
        this.stranger = stranger;
    }

    public static AttackedSigner Keyed { get; } = new(null, null);

    public static AttackedSigner Keyless { get; } = new(new PrivateSigstore(), new PrivateSigstore());

    /// <summary>A genuine bundle.</summary>
    /// <param name="statement">The payload.</param>
    /// <param name="payloadType">What it is said to be.</param>
    /// <param name="signed">What is signed instead of its encoding.</param>
    public JsonObject Sign(byte[]? statement = null, string payloadType = Envelope.StatementPayloadType, byte[]? signed = null)
    {
        statement ??= Forgery.Statement();
        if (sigstore is not null)
        {
            return sigstore.Sign(statement, payloadType: payloadType, signed: signed);
        }

        byte[] signature = Forgery.Signer.Sign(signed ?? PreAuthenticationEncoding.Of(payloadType, statement));
        var bundle = (JsonObject)JsonNode.Parse(BundleWriter.Write(statement, signature, Forgery.Signer.PublicKey))!;
        bundle["dsseEnvelope"]!["payloadType"] = payloadType;
        return bundle;
    }

    /// <summary>A genuine bundle over a statement that was changed before it was signed.</summary>
    public JsonObject Sign(Action<JsonObject> change) => Sign(Forgery.Statement(change));

    /// <summary>What somebody made whom nobody trusts.</summary>
    public JsonObject SignByStranger() => stranger?.Sign(Forgery.Statement()) ?? (JsonObject)JsonNode.Parse(Forgery.Bundle(Forgery.Statement(), Forgery.Stranger))!;

    /// <summary>Asks for the signer.</summary>
    public VerifyArtifact Ask(byte[] bundle) => sigstore is null
        ? Forgery.Request(bundle)
        : Forgery.Request(bundle) with
        {
            Keys = [],
            Identity = new ExpectedIdentity(TextPattern.Exactly(PrivateSigstore.Identity), TextPattern.Exactly(PrivateSigstore.Issuer)),
            Signatures = new SignatureVerifier(sigstore.TrustedRoot(), SignatureDemands.All),
        };

    /// <summary>The policy that trusts the signer for the builder.</summary>
    public VerificationPolicy LoadPolicy(Func<string, string>? change = null)
    {
        string text = PolicyText.Valid;
        using var folder = new TemporaryFolder();
        if (sigstore is not null)
        {
            File.WriteAllText(folder["root.json"], sigstore.TrustedRootJson().ToJsonString());
            int start = text.IndexOf("      key:\n", StringComparison.Ordinal);
            int end = text.IndexOf("    - name: other-key", StringComparison.Ordinal);
            text = text[..start] + $"      keyless: {{trustRoot: root.json, issuer: \"{PrivateSigstore.Issuer}\", subject: \"{PrivateSigstore.Identity}\"}}\n" + text[end..];
        }

        return PolicyFile.Parse(Encoding.UTF8.GetBytes(change?.Invoke(text) ?? text), "policy.yaml", folder.Path).Single();
    }
}
