using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Verifying;
using static Provenance.Attestor.Tests.Verifying.Forgery;

namespace Provenance.Attestor.Tests.Verifying;

public sealed class VerdictPropertyTests
{
    [Fact]
    public async Task A_flipped_bit_anywhere_but_in_the_unauthenticated_hint_never_passes()
    {
        byte[] bundle = Bundle(Statement());
        int hint = Encoding.UTF8.GetString(bundle).IndexOf(Signer.PublicKey.Hint, StringComparison.Ordinal);
        for (int bit = 0; bit < bundle.Length * 8; bit++)
        {
            if (bit / 8 >= hint && bit / 8 < hint + Signer.PublicKey.Hint.Length)
            {
                continue;
            }

            byte[] altered = [.. bundle];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));

            var verdict = await VerifyAsync(altered);

            verdict.Outcome.Should().Be(VerdictOutcome.Fail, "bit {0} was flipped", bit);
        }
    }

    [Fact]
    public void Any_bytes_end_in_a_verdict_with_a_known_code() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => EndsInVerdict(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_between_genuine_pieces_ends_in_a_verdict_with_a_known_code()
    {
        string genuine = Encoding.UTF8.GetString(Bundle(Statement()));
        var spliced =
            from start in Gen.Choose(0, genuine.Length)
            from length in Gen.Choose(0, 40)
            from piece in Gen.OneOf(
                Gen.Elements("{", "}", "[", "]", "null", "1e999", "\"", "\\ud800", "\\u0000", "{}", "[]", "true", "\"a\":1,", ",", ":"),
                ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""))
            select genuine[..start] + piece + genuine[Math.Min(genuine.Length, start + length)..];

        Prop.ForAll(spliced.ToArbitrary(), text => EndsInVerdict(Encoding.UTF8.GetBytes(text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void Any_JSON_that_the_trusted_key_signed_ends_in_a_verdict_with_a_known_code()
    {
        string genuine = Encoding.UTF8.GetString(Statement());
        int[] values = [.. Enumerable.Range(1, genuine.Length - 1).Where(i => genuine[i - 1] is ':' or ',' or '[')];
        var signed =
            from place in Gen.Elements(values)
            from value in Gen.Elements("null", "1", "1e999", "-0.0", "\"\"", "[]", "{}", "true", "[[]]", "\"\\u0000\"", "{\"a\":null}")
            let end = genuine.IndexOfAny([',', '}', ']'], place)
            select genuine[..place] + value + genuine[(end < 0 ? genuine.Length : end)..];

        Prop.ForAll(signed.ToArbitrary(), text => EndsInVerdict(Bundle(Encoding.UTF8.GetBytes(text))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void The_order_of_candidates_plays_no_part()
    {
        byte[][] candidates =
        [
            Bundle(Statement(), Stranger), Bundle(s => s["predicateType"] = "https://spdx.dev/Document"), "{}"u8.ToArray(),
            Bundle(s => s.At("subject", 0, "digest")["sha256"] = new string('a', 64)), Bundle(Statement()), Bundle(s => s.Parameters()["target"] = "debug"),
        ];
        var chosen =
            from order in Gen.Shuffle(Enumerable.Range(0, candidates.Length).ToArray())
            from count in Gen.Choose(0, candidates.Length)
            select order.Take(count).ToArray();

        Prop.ForAll(chosen.ToArbitrary(), order => Describe(order) == Describe([.. order.Order()])).QuickCheckThrowOnFailure();

        string Describe(int[] order)
        {
            var verdict = Wait(Request() with { Evidence = [.. order.Select(i => new OfferedEvidence($"candidate {i}", candidates[i]))] });
            return string.Join('\n', verdict.Candidates.Select(static c => $"{c.Source} {c.Code} {c.Message}").Prepend($"{verdict.Outcome} {verdict.Code} {verdict.Message} {verdict.Accepted?.Source}"));
        }
    }

    [Fact]
    public void Evidence_that_does_not_pass_by_itself_never_makes_a_verdict_better_or_worse()
    {
        var others = Gen.Elements(
            Bundle(Statement(), Stranger), "{}"u8.ToArray(), Bundle(s => s["predicateType"] = "https://spdx.dev/Document"), Bundle(s => s["_type"] = "x"));

        Prop.ForAll(others.ListOf().ToArbitrary(), added =>
            Wait(Request([Bundle(Statement()), .. added])).Outcome is VerdictOutcome.Pass
            && Wait(Request([.. added])).Outcome is VerdictOutcome.Fail)
            .QuickCheckThrowOnFailure();
    }

    private static bool EndsInVerdict(byte[] evidence) => VerdictCodes.Find(Wait(Request(evidence)).Code) is not null;

    // Properties of FsCheck are synchronous, and evidence in memory never waits.
    private static Verdict Wait(VerifyArtifact request) => VerifyAsync(request).GetAwaiter().GetResult();
}
