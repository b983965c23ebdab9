using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying;

/// <summary>Evidence that parsers could read in two ways, or that costs too much to read.</summary>
public sealed class MalformedEvidenceTests
{
    private static string Genuine => Encoding.UTF8.GetString(Bundle(Statement()));

    [Theory]
    [InlineData("{\"mediaType\"", "{\"mediaType\":\"x\",\"mediaType\"")]
    [InlineData("{\"mediaType\"", "{\"\\u006dediaType\":\"x\",\"mediaType\"")]
    [InlineData("\"payloadType\"", "\"payload\":\"\",\"payloadType\"")]
    [InlineData("{\"hint\"", "{\"hint\":\"\",\"hint\"")]
    public async Task Verify_rejects_duplicate_names_in_the_bundle(string old, string replacement) =>
        (await VerifyAsync(Encoding.UTF8.GetBytes(Genuine.Replace(old, replacement, StringComparison.Ordinal)))).ShouldFail(VerdictCodes.JsonDuplicate);

    [Fact]
    public async Task Verify_rejects_duplicate_names_in_a_statement_that_the_trusted_key_signed()
    {
        string statement = Encoding.UTF8.GetString(Statement());

        (await VerifyAsync(Bundle(Encoding.UTF8.GetBytes(statement.Replace("{\"builder\"", "{\"builder\":{\"id\":\"x\"},\"builder\"", StringComparison.Ordinal)))))
            .ShouldFail(VerdictCodes.JsonDuplicate);
    }

    [Fact]
    public async Task Verify_rejects_what_is_not_exactly_one_JSON_object_of_known_fields()
    {
        string[] malformed =
        [
            "\ufeff" + Genuine,
            Genuine + "{}",
            Genuine + ",",
            Genuine.Replace("mediaType", "MediaType", StringComparison.Ordinal),
            Genuine.Replace("{\"mediaType\"", "{\"extra\":1,\"mediaType\"", StringComparison.Ordinal),
            Genuine.Replace("{\"sig\"", "{\"extra\":1,\"sig\"", StringComparison.Ordinal),
            Genuine.Replace("{\"hint\"", "{\"extra\":1,\"hint\"", StringComparison.Ordinal),
            Genuine.Replace("{\"hint\":\"", "{\"hint\":\"\\ud800", StringComparison.Ordinal),
            Genuine.Replace("{\"mediaType\"", "{/**/\"mediaType\"", StringComparison.Ordinal),
            "[" + Genuine + "]",
            "null",
            "",
            "{",
            string.Concat(Enumerable.Repeat("[", 20_000)),
        ];
        foreach (string text in malformed)
        {
            (await VerifyAsync(Encoding.UTF8.GetBytes(text))).ShouldFail(VerdictCodes.JsonInvalid);
        }

        byte[] invalidUtf8 = Encoding.UTF8.GetBytes(Genuine);
        invalidUtf8[Genuine.IndexOf("hint", StringComparison.Ordinal) + 8] = 0xff;
        (await VerifyAsync(invalidUtf8)).ShouldFail(VerdictCodes.JsonInvalid);
        (await VerifyAsync(Encoding.Unicode.GetBytes(Genuine))).ShouldFail(VerdictCodes.JsonInvalid);
    }

    [Fact]
    public async Task Verify_rejects_malformed_statements_that_the_trusted_key_signed()
    {
        string statement = Encoding.UTF8.GetString(Statement());
        string[] malformed =
        [
            "\ufeff" + statement,
            statement + " {}",
            statement.Replace("\"subject\"", "\"Subject\"", StringComparison.Ordinal),
            statement.Replace("{\"_type\"", "{\"extra\":1,\"_type\"", StringComparison.Ordinal),
            statement.Replace("app-1", "\\udc00", StringComparison.Ordinal),
            "[]",
            "",
        ];
        foreach (string text in malformed)
        {
            (await VerifyAsync(Bundle(Encoding.UTF8.GetBytes(text)))).ShouldFail(VerdictCodes.JsonInvalid);
        }

        (await VerifyAsync(Bundle(s => s["predicate"] = new JsonArray()))).ShouldFail(VerdictCodes.JsonInvalid);
        (await VerifyAsync(Bundle(s => s["predicate"] = null))).ShouldFail(VerdictCodes.JsonInvalid);
        (await VerifyAsync(Bundle(s => s["subject"] = new JsonArray()))).ShouldFail(VerdictCodes.StatementInvalid);
        (await VerifyAsync(Bundle(s => s.At("subject", 0, "digest")["sha256"] = Subject.Hex.ToUpperInvariant()))).ShouldFail(VerdictCodes.StatementInvalid);
    }

    [Fact]
    public async Task Verify_rejects_evidence_that_is_too_large()
    {
        byte[] hugePayload = Bundle(s => s.Parameters()["x"] = new string('x', Envelope.MaximumPayloadSize));
        byte[] hugeBundle = Encoding.UTF8.GetBytes(Genuine + new string(' ', 9 << 20));
        byte[] manySubjects = Bundle(s => s["subject"] = new JsonArray([.. Enumerable.Range(0, 1025).Select(_ => s.At("subject", 0).DeepClone())]));
        byte[] manyDigests = Bundle(s =>
        {
            foreach (int i in Enumerable.Range(0, 32))
            {
                s.At("subject", 0, "digest")[$"x{i}"] = "00";
            }
        });
        byte[] manyEntries = Tampered(b => b.At("verificationMaterial")["tlogEntries"] = new JsonArray([.. Enumerable.Range(0, 33).Select(_ => new JsonObject())]));

        foreach (byte[] evidence in new[] { hugePayload, hugeBundle, manySubjects, manyDigests, manyEntries })
        {
            (await VerifyAsync(evidence)).ShouldFail(VerdictCodes.Limit);
        }
    }

    [Fact]
    public async Task Verify_accepts_the_largest_number_of_subjects() =>
        (await VerifyAsync(Bundle(s => s["subject"] = new JsonArray([.. Enumerable.Range(0, 1024).Select(_ => s.At("subject", 0).DeepClone())]))))
        .ShouldPass();

    [Fact]
    public async Task Verify_rejects_base64_with_a_second_spelling()
    {
        byte[] statement = Enumerable.Range(0, 3)
            .Select(static length => Statement(s => s.Parameters()["x"] = new string('x', length)))
            .First(static bytes => bytes.Length % 3 is 1);
        string payload = Convert.ToBase64String(statement);
        string dirtyTail = payload[..^3] + (char)(payload[^3] + 1) + "==";
        foreach (string spelling in new[] { payload + "\n", payload.Insert(4, " "), payload.TrimEnd('='), payload + "====", dirtyTail })
        {
            (await VerifyAsync(Tampered(b => b.At("dsseEnvelope")["payload"] = spelling))).ShouldFail(VerdictCodes.Base64);
        }

        (await VerifyAsync(Tampered(b => b.At("dsseEnvelope", "signatures", 0)["sig"] = " " + b.At("dsseEnvelope", "signatures", 0, "sig"))))
            .ShouldFail(VerdictCodes.Base64);
    }

    [Fact]
    public async Task Verify_accepts_the_URL_safe_alphabet_as_DSSE_asks() =>
        (await VerifyAsync(Tampered(b =>
        {
            foreach (var (parent, name) in new[] { (b.At("dsseEnvelope"), "payload"), (b.At("dsseEnvelope", "signatures", 0), "sig") })
            {
                parent[name] = parent[name]!.GetValue<string>().Replace('+', '-').Replace('/', '_');
            }
        }))).ShouldPass();
}
