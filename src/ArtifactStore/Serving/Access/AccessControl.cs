using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving.Access;

/// <summary>Turns access control on: every endpoint of the application is then guarded as its <see cref="AccessRequirement"/> says.</summary>
public static class AccessControl
{
    /// <summary>Adds what access control needs. An <see cref="IAccessObserver"/> is told what it does, where there is one.</summary>
    public static IServiceCollection AddAccessControl(this IServiceCollection services, AccessOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IAccessControl>(new AccessPolicy(options.Rules));
        services.AddSingleton<RegistryTokens>();
        services.AddSingleton(static p => new Authenticator(
            p.GetRequiredService<AccessOptions>(), p.GetRequiredService<RegistryTokens>(), p.GetRequiredService<TimeProvider>(), p.GetService<IAccessObserver>()));
        services.AddSingleton(static p => new AccessMiddleware(
            p.GetRequiredService<Authenticator>(), p.GetRequiredService<IAccessControl>(), p.GetRequiredService<AccessOptions>(), p.GetService<IAccessObserver>()));
        services.AddSingleton<TokenEndpoint>();
        return services;
    }

    /// <summary>Guards the endpoints. Comes after routing and before them. Opens the files of users and keys, so that a faulty one stops the start.</summary>
    /// <exception cref="Configuring.ConfigurationException">One of the files cannot be used.</exception>
    public static IApplicationBuilder UseAccessControl(this IApplicationBuilder application)
    {
        ArgumentNullException.ThrowIfNull(application);
        var middleware = application.ApplicationServices.GetRequiredService<AccessMiddleware>();
        return application.Use(next => context => middleware.InvokeAsync(context, next));
    }

    /// <summary>Maps <c>/token</c>, where registry clients get tokens.</summary>
    public static IEndpointConventionBuilder MapTokens(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var tokens = endpoints.ServiceProvider.GetRequiredService<TokenEndpoint>();
        var errors = endpoints.ServiceProvider.GetRequiredService<OciErrors>();
        return endpoints.MapMethods("/token", [HttpMethods.Get, HttpMethods.Post], context => errors.RunAsync(context, tokens.AnswerAsync)).AllowEveryone();
    }
}
