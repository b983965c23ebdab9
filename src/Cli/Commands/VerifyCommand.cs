using System.CommandLine;
using System.Text.Json;
using Provenance.Attestor.Policies;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Verifying;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance verify TARGET</c>.</summary>
internal sealed class VerifyCommand
{
    private readonly Argument<string?> target = new("TARGET") { Description = "An image reference, a file, a digest, or a bundle file", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> key = new("--key") { Description = "A public key, PEM; may be given several times: any one will do", HelpName = "FILE" };
    private readonly Option<string[]> policy = new("--policy") { Description = "A policy file, or a folder of them; all must be met", HelpName = "FILE" };
    private readonly Option<string?> bundle = new("--bundle") { Description = "Look for the evidence in this bundle file instead of a registry", HelpName = "FILE" };
    private readonly Option<string?> repository = new("--repository") { Description = "Look for the evidence in this repository, host/name", HelpName = "REPO" };
    private readonly Option<string?> name = new("--name") { Description = "By which name policies know a file or digest", HelpName = "NAME" };
    private readonly Option<string[]> predicateType = new("--type") { Description = "With --key or an identity: the predicate type to accept instead of SLSA provenance v1; a URI, or a short name as of attest-blob; may be given several times", HelpName = "TYPE|URI" };
    private readonly Option<bool> allowFailedRuns = new("--allow-failed-runs") { Description = "Accept provenance of runs that did not succeed" };
    private readonly Option<string?> explain = new("--explain") { Description = "Explain a code and end", HelpName = "CODE" };
    private readonly Option<bool> offline = new("--offline") { Description = "Connect to nothing but the registry that holds the evidence, and to nothing at all for files and bundles" };
    private readonly CertificateOptions certificates = new();
    private readonly Option<string> data = CommonOptions.Data();
    private readonly Option<OutputFormat> output = CommonOptions.Output();

    public static Command Create()
    {
        var options = new VerifyCommand();
        var command = new Command("verify", "Verify where an artifact comes from. Exit status: 0 verified, 1 refused, 2 usage, 3 could not verify, 4 no evidence")
        {
            options.target, options.key, options.policy, options.bundle, options.repository, options.name, options.predicateType,
            options.allowFailedRuns, options.explain, options.offline, options.data, options.output,
        };
        options.certificates.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(explain) is { } code)
        {
            return Explain(code);
        }

        string given = parsed.GetValue(target) ?? throw new CommandException(ExitCodes.Usage, "What is to be verified? Name an image, a file, a digest or a bundle.");
        var keys = (parsed.GetValue(key) ?? []).Select(KeyFile.LoadPublicKey).ToList();
        var policies = PolicyFile.Load(parsed.GetValue(policy) ?? []);
        var identity = certificates.ReadIdentity(parsed);
        RequireTrust(keys.Count, policies.Count, identity);
        var trust = certificates.FindRoot(parsed, identity);

        using var verification = new Verification(parsed.GetValue(offline));
        await using var artifact = await VerificationTarget.ResolveAsync(
            given,
            parsed.GetValue(bundle),
            parsed.GetValue(repository),
            parsed.GetValue(offline) ? null : new DataLayout(parsed.GetRequiredValue(data)),
            verification,
            cancellationToken);
        var request = new VerifyArtifact
        {
            Subject = artifact.Subject,
            ArtifactName = parsed.GetValue(name) ?? artifact.Name,
            Evidence = artifact.Evidence,
            Keys = keys,
            Identity = identity,
            Signatures = trust is null ? null : new SignatureVerifier(trust.Root, certificates.ReadDemands(parsed)),
            Policies = policies,
            AllowFailedRuns = parsed.GetValue(allowFailedRuns),
        };
        var verdict = await verification.VerifyAsync(
            parsed.GetValue(predicateType) is { Length: > 0 } types ? request with { PredicateTypes = [.. types.Select(static t => PredicateStatement.FindType(t) ?? t)] } : request,
            cancellationToken);
        if (parsed.GetValue(output) is OutputFormat.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(VerdictRecord.From(given, verdict, trust?.Place), JsonOutput.Indented.VerdictRecord));
        }
        else
        {
            VerdictView.Write(Console.Out, given, verdict, trust?.Place, artifact.Remark);
        }

        return VerdictExitCode.Of(verdict);
    }

    private static void RequireTrust(int keys, int policies, ExpectedIdentity? identity)
    {
        if (keys is 0 && policies is 0 && identity is null)
        {
            throw new CommandException(
                ExitCodes.Usage,
                "Whom do you trust? Give a public key with --key FILE, a policy with --policy FILE, or --certificate-identity NAME with --certificate-oidc-issuer URL.");
        }

        if (identity is not null && keys > 0)
        {
            throw new CommandException(ExitCodes.Usage, "Give either --key or --certificate-identity; a policy can ask for both.");
        }
    }

    private static int Explain(string code)
    {
        if (VerdictCodes.Find(code) is not { } entry)
        {
            throw new CommandException(ExitCodes.Usage, $"No verdict has the code {code}. Those of verdicts and of runs that are not attested are listed in docs/verdicts.md, SIGNING_... in docs/signing.md, TUF_... in docs/verify.md.");
        }

        Console.WriteLine($"{entry.Code}: {entry.Meaning}");
        Console.WriteLine(entry.Remedy);
        return ExitCodes.Success;
    }
}
