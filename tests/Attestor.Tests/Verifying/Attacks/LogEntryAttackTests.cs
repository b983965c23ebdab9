using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying.Attacks;

/// <summary>T24 and T25: log entries of another signature, and proofs that prove nothing. One change each to a bundle that verifies.</summary>
public sealed class LogEntryAttackTests
{
    private static readonly Dictionary<string, (string Code, Action<JsonObject> Change)> Attacks = new()
    {
        ["nothing is changed"] = (VerdictCodes.Verified, Unchanged),
        ["the entry is of another bundle"] = (VerdictCodes.TlogMismatch, static b => b.At("verificationMaterial")["tlogEntries"] = Other().At("verificationMaterial", "tlogEntries").DeepClone()),
        ["the certificate is another one of the same key"] = (VerdictCodes.TlogMismatch, static b => b.At("verificationMaterial")["certificate"] = Other().At("verificationMaterial", "certificate").DeepClone()),
        ["the kind is another"] = (VerdictCodes.TlogMismatch, static b => Entry(b)["kindVersion"]!["kind"] = "hashedrekord"),
        ["the kind's version is another"] = (VerdictCodes.TlogMismatch, static b => Entry(b)["kindVersion"]!["version"] = "0.0.2"),
        ["the kind is that of the log's next version"] = (VerdictCodes.TlogProof, static b => Entry(b)["kindVersion"] = new JsonObject { ["kind"] = "hashedrekord", ["version"] = "0.0.2" }),
        ["the body is another"] = (VerdictCodes.TlogSet, static b => Entry(b)["canonicalizedBody"] = Entry(Other())["canonicalizedBody"]!.DeepClone()),
        ["the time is another"] = (VerdictCodes.TlogSet, static b => Entry(b)["integratedTime"] = "1767322919"),
        ["the place in the log is another"] = (VerdictCodes.TlogSet, static b => Entry(b)["logIndex"] = "8"),
        ["the place in the log ends in a NUL"] = (VerdictCodes.JsonInvalid, static b => Entry(b)["logIndex"] = "7\0"),
        ["the time ends in a NUL"] = (VerdictCodes.JsonInvalid, static b => Entry(b)["integratedTime"] = (string)Entry(b)["integratedTime"]! + "\0"),
        ["the log is another"] = (VerdictCodes.TlogUntrusted, static b => Entry(b)["logId"]!["keyId"] = Convert.ToBase64String(new byte[32])),
        ["the promise is another's"] = (VerdictCodes.TlogSet, static b => Entry(b)["inclusionPromise"] = Entry(Other())["inclusionPromise"]!.DeepClone()),
        ["the proof is gone"] = (VerdictCodes.TlogProof, static b => Entry(b).Remove("inclusionProof")),
        ["the proof's place is another"] = (VerdictCodes.TlogProof, static b => Proof(b)["logIndex"] = "1"),
        ["the proof's root is another"] = (VerdictCodes.TlogProof, static b => Proof(b)["rootHash"] = Convert.ToBase64String(new byte[32])),
        ["the proof's size is another"] = (VerdictCodes.TlogProof, static b => Proof(b)["treeSize"] = "2"),
        ["the proof's path has a hash more"] = (VerdictCodes.TlogProof, static b => Proof(b)["hashes"] = new JsonArray(Convert.ToBase64String(new byte[32]))),
        ["the checkpoint is gone"] = (VerdictCodes.TlogProof, static b => Proof(b).Remove("checkpoint")),
        ["the checkpoint is of another state"] = (VerdictCodes.TlogProof, static b => Proof(b)["checkpoint"] = Proof(Other())["checkpoint"]!.DeepClone()),
        ["the checkpoint is altered"] = (VerdictCodes.TlogProof, static b => Note(b, static note => note.Replace("\n1\n", "\n2\n", StringComparison.Ordinal))),
        ["the checkpoint's signature is gone"] = (VerdictCodes.TlogProof, static b => Note(b, static note => note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 2)])),
        ["the checkpoint is another log's"] = (VerdictCodes.TlogProof, static b => Proof(b)["checkpoint"] = Proof(AttackedSigner.Keyless.SignByStranger())["checkpoint"]!.DeepClone()),
        ["the checkpoint is signed under another name"] = (VerdictCodes.TlogProof, static b => Note(b, static note => note.Replace("\u2014 log.example.com", "\u2014 evil.example.com", StringComparison.Ordinal))),
        ["a forged signature of the log stands before its own in the checkpoint"] = (VerdictCodes.TlogProof, static b => Note(b, ForgeBefore)),
        ["the proof's size ends in a NUL"] = (VerdictCodes.JsonInvalid, static b => Proof(b)["treeSize"] = "1\0"),
        ["promise and time are gone"] = (VerdictCodes.TimeMissing, static b => Strip(Entry(b), "inclusionPromise", "integratedTime")),
        ["proof and promise are gone"] = (VerdictCodes.TlogProof, static b => Strip(Entry(b), "inclusionProof", "inclusionPromise")),
        ["there is no entry"] = (VerdictCodes.TlogMissing, static b => ((JsonObject)b.At("verificationMaterial")).Remove("tlogEntries")),
    };

    public static TheoryData<string> Names { get; } = new(Attacks.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Verify_answers_an_attack_on_a_log_entry_with_its_code(string attack)
    {
        var bundle = AttackedSigner.Keyless.Sign();
        Attacks[attack].Change(bundle);

        var verdict = await Forgery.VerifyAsync(AttackedSigner.Keyless.Ask(Encoding.UTF8.GetBytes(bundle.ToJsonString())));

        verdict.Code.Should().Be(Attacks[attack].Code, "{0}: {1}", attack, verdict.Message);
    }

    private static void Unchanged(JsonObject bundle)
    {
    }

    private static JsonObject Other() => AttackedSigner.Keyless.Sign(static s => s.Parameters()["target"] = "debug");

    private static JsonObject Entry(JsonObject bundle) => (JsonObject)bundle.At("verificationMaterial", "tlogEntries", 0);

    private static JsonObject Proof(JsonObject bundle) => (JsonObject)Entry(bundle)["inclusionProof"]!;

    private static void Note(JsonObject bundle, Func<string, string> change)
    {
        var checkpoint = Proof(bundle)["checkpoint"]!;
        string before = (string)checkpoint["envelope"]!;
        string after = change(before);
        after.Should().NotBe(before, "the change must change something");
        checkpoint["envelope"] = after;
    }

    // The name and the key hint are those of the log, the signature is not.
    private static string ForgeBefore(string note)
    {
        int line = note.IndexOf("\n\n", StringComparison.Ordinal) + 2;
        StrictBase64.TryDecode(note.AsSpan(note.LastIndexOf(' ') + 1).Trim(), out byte[]? own).Should().BeTrue();
        own![^1] ^= 1;
        return note.Insert(line, $"\u2014 log.example.com {Convert.ToBase64String(own)}\n");
    }

    private static void Strip(JsonObject entry, params string[] names) => Array.ForEach(names, name => entry.Remove(name));
}
