using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;

namespace Provenance.Attestor.Identities;

/// <summary>Finds out where identity tokens come from.</summary>
public static class IdentityTokenSources
{
    /// <summary>The audience that certificate authorities of Sigstore ask for.</summary>
    public const string DefaultAudience = "sigstore";

    /// <summary>The variable that is looked at for a token.</summary>
    public const string Variable = "SIGSTORE_ID_TOKEN";

    /// <summary>
    /// The first source that is there: what the options give, the variable <c>SIGSTORE_ID_TOKEN</c>, GitHub Actions, the projected file.
    /// The choice is made once; a source that fails later is not replaced by another, as that would change the identity.
    /// </summary>
    /// <param name="options">What was said about it.</param>
    /// <param name="environment">Reads a variable of the environment.</param>
    /// <param name="http">Made by <see cref="ServiceClient.Create"/>; the caller disposes of it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="SigningServiceException"><c>SIGNING_IDENTITY</c>: there is no source; the message lists what was looked for.</exception>
    public static IIdentityTokenSource Detect(IdentityTokenOptions options, Func<string, string?> environment, HttpClient http, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        if (options is { Token: not null, File: not null })
        {
            throw new SigningServiceException(SigningServiceException.NoIdentity, "Both an identity token and a file with one are given; give only one of them.");
        }

        if (options.Token is { } token)
        {
            return new GivenTokenSource(token, time);
        }

        if (options.File is { } file)
        {
            return new FileTokenSource(file, time);
        }

        if (!string.IsNullOrEmpty(environment(Variable)))
        {
            return new VariableTokenSource(Variable, environment, time);
        }

        if (GitHubTokenSource.IsOffered(environment))
        {
            // Its address is GitHub's own, so that the services that may go without encryption do not matter.
            return new GitHubTokenSource(new ServiceConnection(http, time, new ServiceOptions()), environment, time);
        }

        return File.Exists(options.ProjectedFile)
            ? new FileTokenSource(options.ProjectedFile, time)
            : throw new SigningServiceException(
                SigningServiceException.NoIdentity,
                $"There is no identity token: none is given, the variable {Variable} is not set, GitHub Actions offers none ({GitHubTokenSource.AddressVariable} and {GitHubTokenSource.PermissionVariable}; "
                    + $"the job needs the permission id-token: write), and there is no file {options.ProjectedFile}. Give one, or sign with a key.");
    }
}
