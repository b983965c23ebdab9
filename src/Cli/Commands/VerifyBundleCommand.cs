using System.CommandLine;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Verifying;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Commands;

/// <summary><c>provenance verify-bundle FILE_OR_DIGEST</c>: the client protocol of sigstore-conformance. Opens no connection.</summary>
internal sealed class VerifyBundleCommand
{
    private readonly Option<bool> staging = new("--staging") { Description = "The bundle is of Sigstore's staging instance; its trusted root has to be fetched by trust update, or given" };
    private readonly Option<string> bundle = new("--bundle") { Description = "The bundle to verify", HelpName = "FILE", Required = true };
    private readonly Option<string?> identity = new("--certificate-identity") { Description = "Who has to have signed, as the certificate names him", HelpName = "NAME" };
    private readonly Option<string?> issuer = new("--certificate-oidc-issuer") { Description = "Who has to have vouched for that name", HelpName = "URL" };
    private readonly Option<string?> key = new("--key") { Description = "Whose key has to have signed instead: a public key, PEM", HelpName = "FILE" };
    private readonly Option<string?> trustedRoot = new("--trusted-root") { Description = "A trusted_root.json instead of that of the public Sigstore instance (the one of trust update, else the built-in one)", HelpName = "FILE" };
    private readonly Argument<string> artifact = new("FILE_OR_DIGEST") { Description = "The artifact, or its digest sha256:..." };

    public static Command Create()
    {
        var options = new VerifyBundleCommand();
        var command = new Command("verify-bundle", "Verify a bundle of Sigstore for an artifact, offline. Exit status: 0 verified, 1 refused, 2 usage")
        {
            options.staging, options.bundle, options.identity, options.issuer, options.key, options.trustedRoot, options.artifact,
        };
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var trust = FindRoot(parsed);
        var verifier = new BundleVerifier(new SignatureVerifier(trust.Root, SignatureDemands.All), ReadSigner(parsed));
        string given = parsed.GetRequiredValue(artifact);
        var hashOf = HashesOf(given);
        byte[] content = SmallFile.Read(parsed.GetRequiredValue(bundle), "bundle", Bundle.MaximumSize);
        var verdict = verifier.Verify(content, hashOf);
        BundleVerdictView.Write(Console.Out, given, verdict, trust.Place);
        return verdict.Failure is null ? ExitCodes.Success : ExitCodes.Failed;
    }

    // What was fetched by trust update, and nothing else: verifying fetches nothing.
    private FoundRoot FindRoot(ParseResult parsed) =>
        parsed.GetValue(trustedRoot) is { } file ? FoundRoot.Read(file)
        : parsed.GetValue(staging) ? FoundRoot.OfStagingInstance()
        : FoundRoot.OfPublicInstance();

    private BundleSigner ReadSigner(ParseResult parsed) =>
        (parsed.GetValue(key), parsed.GetValue(identity), parsed.GetValue(issuer)) switch
        {
            ({ } file, null, null) => BundleSigner.OwnerOf(ReadKey(file)),
            (null, { Length: > 0 } name, { Length: > 0 } by) => BundleSigner.Named(new ExpectedIdentity(TextPattern.Exactly(name), TextPattern.Exactly(by))),
            _ => throw new CommandException(ExitCodes.Usage, "Whom do you trust? Give --certificate-identity NAME together with --certificate-oidc-issuer URL, or --key FILE alone."),
        };

    private static SignatureKey ReadKey(string file)
    {
        byte[] content = SmallFile.Read(file, "public key", 64 << 10);
        try
        {
            return SignatureKey.FromPem(System.Text.Encoding.UTF8.GetString(content));
        }
        catch (KeyException e)
        {
            throw new CommandException(ExitCodes.Usage, $"{file} cannot be used as a public key: {e.Message}");
        }
    }

    // A digest is only what no file is called, as the protocol has it.
    private static Func<HashAlgorithmName, byte[]?> HashesOf(string given)
    {
        if (Directory.Exists(given))
        {
            throw new CommandException(ExitCodes.Usage, $"{given} is a folder; name a file or a digest.");
        }

        if (!File.Exists(given))
        {
            return given.StartsWith("sha256:", StringComparison.Ordinal) && Digest.TryParse(given, out var digest)
                ? algorithm => algorithm == HashAlgorithmName.SHA256 ? Convert.FromHexString(digest.Hex) : null
                : throw new CommandException(ExitCodes.Usage, $"There is no file {given}, and it is no digest sha256: with 64 lower-case hexadecimal digits.");
        }

        var known = new Dictionary<HashAlgorithmName, byte[]>();
        return algorithm =>
        {
            if (!known.TryGetValue(algorithm, out byte[]? hash))
            {
                using var file = File.OpenRead(given);
                known[algorithm] = hash = CryptographicOperations.HashData(algorithm, file);
            }

            return hash;
        };
    }
}
