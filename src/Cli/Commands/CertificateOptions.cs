using System.CommandLine;
using Provenance.Attestor.Signers;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary>The options of <c>verify</c> that say which identity has to have signed, and whom to trust for certificates, logs and time.</summary>
internal sealed class CertificateOptions
{
    private readonly Option<string?> identity = new("--certificate-identity") { Description = "Who has to have signed: the name in the certificate, such as a workflow's URI or an e-mail address", HelpName = "NAME" };
    private readonly Option<string?> identityPattern = new("--certificate-identity-regexp") { Description = "The same as a regular expression, which has to cover the whole name", HelpName = "REGEXP" };
    private readonly Option<string?> issuer = new("--certificate-oidc-issuer") { Description = "Who has to have vouched for that name", HelpName = "URL" };
    private readonly Option<string?> issuerPattern = new("--certificate-oidc-issuer-regexp") { Description = "The same as a regular expression, which has to cover the whole issuer", HelpName = "REGEXP" };
    private readonly Option<string?> trustedRoot = new("--trusted-root") { Description = "The trusted_root.json of the signer's Sigstore instance; with an identity by default that of the public one (the one of trust update, else the built-in one); with --key, verify log entries and timestamps as well", HelpName = "FILE" };
    private readonly Option<bool> withoutLog = new("--without-transparency-log") { Description = "Accept signatures that are in no transparency log" };
    private readonly Option<bool> withoutCertificateLog = new("--without-certificate-log") { Description = "Accept certificates that are in no certificate log" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { identity, identityPattern, issuer, issuerPattern, trustedRoot, withoutLog, withoutCertificateLog })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The identity that is asked for; null where none is.</summary>
    public ExpectedIdentity? ReadIdentity(ParseResult parsed)
    {
        var subject = ReadPattern(parsed, identity, identityPattern);
        var vouching = ReadPattern(parsed, issuer, issuerPattern);
        return (subject, vouching) switch
        {
            (null, null) => null,
            ({ } name, { } by) => new ExpectedIdentity(name, by),
            (null, _) => throw new CommandException(ExitCodes.Usage, "An issuer vouches for many: say whom you trust with --certificate-identity NAME."),
            _ => throw new CommandException(ExitCodes.Usage, "Anybody may claim a name: say who has to have vouched for it with --certificate-oidc-issuer URL."),
        };
    }

    /// <summary>What signatures must prove.</summary>
    public SignatureDemands ReadDemands(ParseResult parsed) => new() { LogEntry = !parsed.GetValue(withoutLog), CertificateLog = !parsed.GetValue(withoutCertificateLog) };

    /// <summary>
    /// The trusted root: the one that is named; else for an identity that of the public instance, which nothing is fetched for; else null:
    /// keys alone are trusted, and policies name their own.
    /// </summary>
    public FoundRoot? FindRoot(ParseResult parsed, ExpectedIdentity? expected)
    {
        if (parsed.GetValue(trustedRoot) is { } file)
        {
            return FoundRoot.Read(file);
        }

        if (expected is not null)
        {
            return FoundRoot.OfPublicInstance();
        }

        return ReadDemands(parsed) == SignatureDemands.All
            ? null
            : throw new CommandException(ExitCodes.Usage, "--without-transparency-log and --without-certificate-log take something away from what --trusted-root FILE asks for; name it.");
    }

    private static TextPattern? ReadPattern(ParseResult parsed, Option<string?> exact, Option<string?> pattern)
    {
        switch (parsed.GetValue(exact), parsed.GetValue(pattern))
        {
            case (null, null):
                return null;
            case ({ Length: > 0 } text, null):
                return TextPattern.Exactly(text);
            case (null, { } expression):
                return TextPattern.TryParse(expression, out var read, out string? problem)
                    ? read
                    : throw new CommandException(ExitCodes.Usage, $"{pattern.Name} cannot be used: {problem}.");
            default:
                throw new CommandException(ExitCodes.Usage, $"Give either {exact.Name} or {pattern.Name}, and not an empty one.");
        }
    }
}
