using System.CommandLine;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Witnesses;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary>The options of the commands that sign attestations: with a key, with a key and witnesses, or without a key.</summary>
internal sealed class SigningOptions
{
    private readonly Option<string?> key;
    private readonly SigstoreOptions sigstore = new();

    /// <param name="withoutAnything">What happens where nothing is said of who signs, for the help.</param>
    public SigningOptions(string? withoutAnything = null) =>
        key = new("--key") { Description = SigningKey.Description + (withoutAnything is null ? "" : $"; {withoutAnything}"), HelpName = "KEY" };

    public void AddTo(Command command)
    {
        command.Options.Add(key);
        sigstore.AddTo(command);
    }

    /// <summary>The key that is named; null where none is.</summary>
    public string? Key(ParseResult parsed) => parsed.GetValue(key) is not null && sigstore.HasToken(parsed)
        ? throw new CommandException(ExitCodes.Usage, "Sign either with --key or as the identity of a token, not both.")
        : parsed.GetValue(key);

    /// <summary>Whether signatures are to be made without a key.</summary>
    public bool IsKeyless(ParseResult parsed) => parsed.GetValue(key) is null && sigstore.IsGiven(parsed);

    /// <summary>The trusted root that is named; null for that of the public instance.</summary>
    public string? NamedRoot(ParseResult parsed) => sigstore.NamedRoot(parsed);

    /// <summary>Opens whatever signs.
    public async Task<OpenedBundleSigner> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (Key(parsed) is { } reference)
        {
            var opened = await SigningKey.OpenAsync(reference, cancellationToken);
            try
            {
                return WithKey(parsed, opened.Signer, opened);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }

        return sigstore.IsGiven(parsed)
            ? WithoutKey(parsed)
            : throw new CommandException(ExitCodes.Usage, "Who signs? Give --key KEY; or, to sign as this workload's identity without a key, --signing-config FILE with --trusted-root FILE.");
    }

    /// <summary>Signs with a key that is open already; witnessed where a Sigstore instance is named.</summary>
    public OpenedBundleSigner WithKey(ParseResult parsed, Attestor.Signing.ISigner signer, params IDisposable[] owned)
    {
        if (!sigstore.IsGiven(parsed))
        {
            return new OpenedBundleSigner(new KeyBundleSigner(signer), owned);
        }

        var http = ServiceClient.Create();
        try
        {
            return new OpenedBundleSigner(new WitnessedKeySigner(signer, sigstore.OpenInstance(parsed, http, isPublicByDefault: false)), [.. owned, http]);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Signs as an identity.</summary>
    public OpenedBundleSigner WithoutKey(ParseResult parsed)
    {
        MemoryDumps.Forbid();
        var http = ServiceClient.Create();
        try
        {
            var keyless = sigstore.OpenKeyless(parsed, sigstore.OpenInstance(parsed, http, isPublicByDefault: false), http);
            return new OpenedBundleSigner(keyless, keyless, http);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }
}
