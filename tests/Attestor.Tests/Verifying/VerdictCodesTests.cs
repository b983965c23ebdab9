using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Tests.Verifying;

public sealed class VerdictCodesTests
{
    [Fact]
    public void Every_code_has_a_constant_one_sentence_and_a_remedy()
    {
        string[] constants = [.. typeof(VerdictCodes).GetFields().Where(static f => f.IsLiteral).Select(static f => (string)f.GetRawConstantValue()!)];

        VerdictCodes.All.Select(static c => c.Code).Should().BeEquivalentTo(constants).And.OnlyHaveUniqueItems();
        VerdictCodes.All.Should().OnlyContain(static c => c.Meaning.EndsWith('.') && c.Remedy.EndsWith('.'));
        VerdictCodes.Find("NO_SUCH_CODE").Should().BeNull();
    }

    [Fact]
    public void Later_checks_rank_nearer_to_passing()
    {
        string[] order =
        [
            VerdictCodes.NotEvidence, VerdictCodes.JsonInvalid, VerdictCodes.SignerUntrusted, VerdictCodes.SigInvalid, VerdictCodes.StatementInvalid,
            VerdictCodes.SubjectMismatch, VerdictCodes.PredicateType, VerdictCodes.RunNotSucceeded, VerdictCodes.BuilderUntrusted, VerdictCodes.LevelTooLow,
            VerdictCodes.SourceMismatch, VerdictCodes.RefMismatch, VerdictCodes.ParamUnknown, VerdictCodes.Verified,
        ];

        order.Select(VerdictCodes.RankOf).Should().BeInAscendingOrder();
    }
}
