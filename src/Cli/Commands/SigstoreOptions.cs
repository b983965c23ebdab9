using System.CommandLine;
using Provenance.Attestor.Identities;
using Provenance.Attestor.Keyless;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Witnesses;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary>The options that say which Sigstore instance witnesses signatures, and as whom to sign without a key.</summary>
internal sealed class SigstoreOptions
{
    private const string Public = "public";

    private readonly Option<string?> token = new("--identity-token") { Description = $"Sign as the identity of this token, without a key. Others on this machine can read command lines: prefer --identity-token-file or ${IdentityTokenSources.Variable}", HelpName = "TOKEN" };
    private readonly Option<string?> tokenFile = new("--identity-token-file") { Description = "The same with a token in a file, read anew for every certificate", HelpName = "FILE" };
    private readonly Option<string?> config = new("--signing-config") { Description = $"The Sigstore instance that certifies and witnesses: a signing_config.json, or {Public} for the public instance, whose logs everybody reads. Without --key, sign as the identity that the environment offers", HelpName = $"FILE|{Public}" };
    private readonly Option<string?> trustedRoot = new("--trusted-root") { Description = "The trusted_root.json of that instance, instead of that of the public one; nothing is handed out that does not verify under it", HelpName = "FILE" };
    private readonly Option<int> reuse = new("--certificate-reuse") { Description = "For how many seconds one certificate signs; 0 for one each attestation", HelpName = "N", DefaultValueFactory = static _ => (int)KeylessOptions.DefaultReuse.TotalSeconds };
    private readonly Option<string[]> plainHttp = new("--plain-http-service") { Description = "Speak to this signing service without encryption, identity tokens included; may be given several times", HelpName = "HOST[:PORT]", DefaultValueFactory = static _ => [] };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[token, tokenFile, config, trustedRoot, reuse, plainHttp])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether an identity token is named.</summary>
    public bool HasToken(ParseResult parsed) => parsed.GetValue(token) is not null || parsed.GetValue(tokenFile) is not null;

    /// <summary>Whether a Sigstore instance, or an identity token for one, is named.</summary>
    public bool IsGiven(ParseResult parsed) => HasToken(parsed) || parsed.GetValue(config) is not null || parsed.GetValue(trustedRoot) is not null;

    /// <summary>Whether a Sigstore instance is named in full.</summary>
    public bool IsInstanceGiven(ParseResult parsed) => parsed.GetValue(config) is not null && parsed.GetValue(trustedRoot) is not null;

    /// <summary>The trusted root that is named; null for that of the public instance.</summary>
    public string? NamedRoot(ParseResult parsed) => parsed.GetValue(trustedRoot);

    /// <summary>The instance that is named; where none is, the public one, or an error.</summary>
    public SigstoreInstance OpenInstance(ParseResult parsed, HttpClient http, bool isPublicByDefault)
    {
        string? configFile = parsed.GetValue(config);
        if (configFile is null && parsed.GetValue(trustedRoot) is null && !isPublicByDefault)
        {
            throw new CommandException(ExitCodes.Usage, $"With which Sigstore instance? Give --signing-config FILE; or --signing-config {Public} for the public one, whose logs tell everybody who signed what and when.");
        }

        string? rootFile = parsed.GetValue(trustedRoot);
        if (configFile is null && rootFile is not null)
        {
            throw new CommandException(ExitCodes.Usage, $"--trusted-root names whom to trust, but not whom to ask: give --signing-config FILE of the same Sigstore instance, or --signing-config {Public}.");
        }

        if (rootFile is null && configFile is not (null or Public) && !isPublicByDefault)
        {
            throw new CommandException(ExitCodes.Usage, $"--signing-config {configFile} says whom to ask, but not whom to trust: give --trusted-root FILE of the same Sigstore instance.");
        }

        var services = new ServiceOptions { PlainHttp = parsed.GetRequiredValue(plainHttp).ToHashSet(StringComparer.OrdinalIgnoreCase) };
        return new SigstoreFiles(
            configFile is Public ? null : configFile,
            rootFile,
            (chosen, root, newest) => new SigstoreInstance(chosen, root, http, TimeProvider.System) { Services = services, Renewed = newest },
            static what => Console.Error.WriteLine("warning: " + HarmlessText.Of(what)),
            TimeProvider.System).Current();
    }

    /// <summary>Signs without a key of our own, as the identity that is named, or that the environment offers.</summary>
    public KeylessBundleSigner OpenKeyless(ParseResult parsed, SigstoreInstance instance, HttpClient http)
    {
        int seconds = parsed.GetValue(reuse);
        if (seconds is < 0 or > 86_400)
        {
            throw new CommandException(ExitCodes.Usage, $"--certificate-reuse {seconds} is not between 0 and 86400 seconds.");
        }

        var tokens = IdentityTokenSources.Detect(
            new IdentityTokenOptions { Token = parsed.GetValue(token), File = parsed.GetValue(tokenFile) }, Environment.GetEnvironmentVariable, http, TimeProvider.System);
        return new KeylessBundleSigner(instance, tokens, new KeylessOptions { CertificateReuse = TimeSpan.FromSeconds(seconds) });
    }
}
