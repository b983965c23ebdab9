using Provenance.Attestor.Verifying;

namespace Provenance.Cli.Reporting;

/// <summary>Shows what became of one bundle: the answer first, then by whom and when it was signed, or what does not hold.</summary>
internal static class BundleVerdictView
{
    public static void Write(TextWriter output, string artifact, BundleVerdict verdict, TrustedRootRecord trustedRoot)
    {
        var facts = verdict.Failure is null ? new FactSheet($"VERIFIED  {artifact}", Tone.Good) : new FactSheet($"REFUSED  {artifact}", Tone.Bad);
        if (verdict.Signature is { } signature)
        {
            SignatureRows.AddTo(facts, signature);
        }
        else if (verdict.Failure is { } failure)
        {
            facts.Add("code", failure.Code);
            facts.Add("because", failure.Message);
            facts.Add("expected", failure.Expected);
            facts.Add("found", failure.Actual);
            facts.Add("do", VerdictCodes.Find(failure.Code)?.Remedy);
        }

        facts.Add("trust", trustedRoot.Describe());
        facts.Write(output);
    }
}
