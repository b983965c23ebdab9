using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Tests.Data;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying.Bundles;

/// <summary>
/// Evidence under cosign's older tag <c>.att</c>: a bare envelope, and annotations of the manifest that nobody signed. One change at a
/// time to a pair that verifies.
/// </summary>
public sealed class TaggedEvidenceTests
{
    private const string Certificate = "dev.sigstore.cosign/certificate";
    private const string Chain = "dev.sigstore.cosign/chain";
    private const string Entry = "dev.sigstore.cosign/bundle";
    private const string Timestamp = "dev.sigstore.cosign/rfc3161timestamp";

    private static readonly PrivateSigstore Ours = new();
    private static readonly PrivateSigstore Theirs = new();
    private static readonly ExpectedIdentity Builder = new(TextPattern.Exactly(PrivateSigstore.Identity), TextPattern.Exactly(PrivateSigstore.Issuer));

    public static TheoryData<string, string, string> Attacks { get; } = new()
    {
        { "nothing is changed", "", VerdictCodes.Verified },
        { "the chain is nonsense, which plays no part", Chain, VerdictCodes.Verified },
        { "the certificate is gone", Certificate, VerdictCodes.CertExpected },
        { "the certificate is another one of the same key", Certificate, VerdictCodes.TlogMismatch },
        { "the certificate is no PEM", Certificate, VerdictCodes.CertInvalid },
        { "two certificates stand where one belongs", Certificate, VerdictCodes.CertInvalid },
        { "the log entry is gone", Entry, VerdictCodes.TlogMissing },
        { "the log entry is of another instance", Entry, VerdictCodes.TlogUntrusted },
        { "the log entry is about another statement", Entry, VerdictCodes.TlogMismatch },
        { "the log's time is another", Entry, VerdictCodes.TlogSet },
        { "the log's place is another", Entry, VerdictCodes.TlogSet },
        { "the log's promise is gone", Entry, VerdictCodes.JsonInvalid },
        { "the log's promise is empty", Entry, VerdictCodes.TlogSet },
        { "the log entry has a name twice", Entry, VerdictCodes.JsonDuplicate },
        { "the log entry has an unknown field", Entry, VerdictCodes.JsonInvalid },
        { "the log entry is no JSON", Entry, VerdictCodes.JsonInvalid },
        { "the log id is in capitals", Entry, VerdictCodes.JsonInvalid },
        { "the body's base64 has a blank", Entry, VerdictCodes.Base64 },
        { "the timestamp is no JSON", Timestamp, VerdictCodes.JsonInvalid },
        { "the timestamp is nonsense", Timestamp, VerdictCodes.TimeInvalid },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Verify_judges_annotations_as_it_does_bundles(string change, string annotation, string code)
    {
        var (envelope, annotations) = Tagged(Ours.Sign(Statement()));
        string? before = annotation.Length is 0 ? null : (string?)annotations[annotation];
        annotations[annotation.Length is 0 ? "other" : annotation] = Change(change, before ?? "");

        (await VerifyAsync(envelope, annotations)).Code.Should().Be(code, change);
    }

    [Fact]
    public async Task Verify_rejects_an_envelope_whose_content_or_signature_is_another()
    {
        var (envelope, annotations) = Tagged(Ours.Sign(Statement()));
        var (other, _) = Tagged(Ours.Sign(Statement(s => s.Parameters()["target"] = "debug")));

        (await VerifyAsync(other, annotations)).ShouldFail(VerdictCodes.TlogMismatch);
        (await VerifyAsync(Tampered(e => e["payload"] = JsonNode.Parse(other)!["payload"]!.DeepClone(), envelope), annotations)).ShouldFail(VerdictCodes.TlogMismatch);
        (await VerifyAsync(Tampered(e => e["payloadType"] = "application/json", envelope), annotations)).ShouldFail(VerdictCodes.PayloadType);
        (await VerifyAsync(Tampered(e => e["signatures"]!.AsArray().Add(e["signatures"]![0]!.DeepClone()), envelope), annotations)).ShouldFail(VerdictCodes.SigCount);
        var (evil, theirs) = Tagged(Ours.Sign(Statement(), new LeafOptions { Subject = PrivateSigstore.Identity + "-evil" }));
        (await VerifyAsync(evil, theirs)).ShouldFail(VerdictCodes.Identity);
    }

    [Fact]
    public async Task Verify_passes_where_the_same_envelope_stands_twice_and_only_one_has_sound_annotations()
    {
        var (envelope, annotations) = Tagged(Ours.Sign(Statement()));
        var repository = new MemoryRepository();
        repository.AddTag(Tag, envelope, [new JsonObject { [Certificate] = "nonsense" }, annotations]);

        (await Forgery.VerifyAsync(Request(repository))).ShouldPass();
    }

    [Fact]
    public async Task Verify_with_a_key_does_not_need_the_annotations_and_uses_the_log_entry_where_one_is_asked_for()
    {
        byte[] envelope = EnvelopeBy(Signer);
        var (_, foreign) = Tagged(Ours.Sign(Statement()));
        var byKey = Request(Repository(envelope, [])) with { Identity = null, Keys = [Signer.PublicKey], Signatures = null };

        (await Forgery.VerifyAsync(byKey)).ShouldPass();
        (await Forgery.VerifyAsync(byKey with { Signatures = Trusted() })).ShouldFail(VerdictCodes.TlogMissing);
        (await Forgery.VerifyAsync(byKey with { Evidence = [new RegistryEvidence(Repository(envelope, foreign))] })).ShouldPass();
        (await Forgery.VerifyAsync(byKey with { Evidence = [new RegistryEvidence(Repository(envelope, (JsonObject)foreign.DeepClone()))], Signatures = Trusted() }))
            .ShouldFail(VerdictCodes.TlogMismatch);
        (await Forgery.VerifyAsync(byKey with { Keys = [Stranger.PublicKey] })).ShouldFail(VerdictCodes.SigInvalid);
    }

    // cosign has had timestamps of this layout made over the signature, and over the JSON of the envelope that holds it.
    [Fact]
    public async Task Verify_takes_the_time_from_a_timestamp_over_the_signature()
    {
        var bundle = (JsonObject)JsonNode.Parse(Vectors.Bytes("sigstore-vectors/cs-keyless-0-1.json"))!;
        var (envelope, annotations) = Tagged(bundle);
        var subject = StatementReader.Read(Envelope.Parse(envelope).Payload).Subjects[0].Digest!.ContentDigest!;
        var repository = new MemoryRepository();
        repository.AddTag($"sha256-{subject.Hex}.att", envelope, annotations);
        var request = new VerifyArtifact
        {
            Subject = subject,
            Evidence = [new RegistryEvidence(repository)],
            Identity = new ExpectedIdentity(TextPattern.Exactly("https://k8s.example.test/ns/default/sa/builder"), TextPattern.Exactly("http://localhost:5621")),
            Signatures = new SignatureVerifier(TrustedRoot.Parse(Vectors.Bytes("sigstore-vectors/trusted_root.json")), new SignatureDemands { LogEntry = false }),
        };

        var verdict = await Forgery.VerifyAsync(request);

        verdict.ShouldPass();
        verdict.Accepted!.Signature!.Times.Should().ContainSingle();
        annotations.Remove(Timestamp);
        repository.AddTag($"sha256-{subject.Hex}.att", envelope, (JsonObject)annotations.DeepClone());
        (await Forgery.VerifyAsync(request)).ShouldFail(VerdictCodes.TimeMissing);
    }

    private static string Tag => $"sha256-{Subject.Hex}.att";

    private static string? Change(string change, string before)
    {
        string Replaced(string old, string replacement) => before.Replace(old, replacement, StringComparison.Ordinal);
        return change switch
        {
            _ when change.EndsWith("is gone", StringComparison.Ordinal) && !change.Contains("promise", StringComparison.Ordinal) => "",
            "nothing is changed" => "x",
            "the certificate is another one of the same key" => Pem(Ours.Issue(new LeafOptions())),
            "two certificates stand where one belongs" => before + before,
            "the log entry is of another instance" => (string)Tagged(Theirs.Sign(Statement())).Annotations[Entry]!,
            "the log entry is about another statement" => (string)Tagged(Ours.Sign(Statement(s => s.Parameters()["target"] = "debug"))).Annotations[Entry]!,
            "the log's time is another" => Replaced("\"integratedTime\":", "\"integratedTime\":1"),
            "the log's place is another" => Replaced("\"logIndex\":7", "\"logIndex\":8"),
            "the log's promise is gone" => Replaced("SignedEntryTimestamp", "Other"),
            "the log's promise is empty" => before[..(before.IndexOf("\":\"", StringComparison.Ordinal) + 3)] + before[before.IndexOf("\",", StringComparison.Ordinal)..],
            "the log entry has a name twice" => Replaced("\"logIndex\":7", "\"logIndex\":8,\"logIndex\":7"),
            "the log entry has an unknown field" => Replaced("\"logIndex\":7", "\"other\":8,\"logIndex\":7"),
            "the log id is in capitals" => before[..before.IndexOf("logID", StringComparison.Ordinal)] + before[before.IndexOf("logID", StringComparison.Ordinal)..].ToUpperInvariant().Replace("LOGID", "logID", StringComparison.Ordinal).Replace("LOGINDEX", "logIndex", StringComparison.Ordinal).Replace("INTEGRATEDTIME", "integratedTime", StringComparison.Ordinal),
            "the body's base64 has a blank" => Replaced("\"body\":\"", "\"body\":\" "),
            "the timestamp is nonsense" => "{\"SignedRFC3161Timestamp\":\"AAAA\"}",
            _ => "nonsense",
        };
    }

    private static string Pem(byte[] der) => new string(PemEncoding.Write("CERTIFICATE", der)) + "\n";

    private static byte[] Decode(JsonNode base64) => StrictBase64.TryDecode((string)base64!, out byte[]? bytes) ? bytes : throw new ArgumentException("no base64");

    /// <summary>The parts of a bundle in the older layout.</summary>
    private static (byte[] Envelope, JsonObject Annotations) Tagged(JsonObject bundle)
    {
        var material = bundle["verificationMaterial"]!;
        var annotations = new JsonObject
        {
            ["dev.cosignproject.cosign/signature"] = "",
            [Certificate] = Pem(Decode(material["certificate"]!["rawBytes"]!)),
            [Chain] = Pem(Ours.RootCertificate),
        };
        if (material["tlogEntries"]?[0] is { } entry)
        {
            string id = Convert.ToHexStringLower(Decode(entry["logId"]!["keyId"]!));
            annotations[Entry] = $$"""{"SignedEntryTimestamp":"{{entry["inclusionPromise"]!["signedEntryTimestamp"]}}","Payload":{"body":"{{entry["canonicalizedBody"]}}","integratedTime":{{entry["integratedTime"]}},"logIndex":{{entry["logIndex"]}},"logID":"{{id}}"} }""";
        }

        if (material["timestampVerificationData"]?["rfc3161Timestamps"]?[0] is { } timestamp)
        {
            annotations[Timestamp] = new JsonObject { ["SignedRFC3161Timestamp"] = timestamp["signedTimestamp"]!.DeepClone() }.ToJsonString();
        }

        return (Encoding.UTF8.GetBytes(bundle["dsseEnvelope"]!.ToJsonString()), annotations);
    }

    private static SignatureVerifier Trusted() => new(Ours.TrustedRoot(), SignatureDemands.All);

    private static MemoryRepository Repository(byte[] envelope, JsonObject annotations)
    {
        var repository = new MemoryRepository();
        repository.AddTag(Tag, envelope, annotations);
        return repository;
    }

    private static VerifyArtifact Request(MemoryRepository repository) => Forgery.Request() with
    {
        Evidence = [new RegistryEvidence(repository)],
        Keys = [],
        Identity = Builder,
        Signatures = Trusted(),
    };

    private static Task<Verdict> VerifyAsync(byte[] envelope, JsonObject annotations) =>
        Forgery.VerifyAsync(Request(Repository(envelope, (JsonObject)annotations.DeepClone())));
}
