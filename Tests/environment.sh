# To be sourced by what runs tests: what a machine's environment says of proxies is not for servers on 127.0.0.1. Nothing
# is fetched from elsewhere after deploy/prepare.sh.
unset http_proxy https_proxy all_proxy no_proxy grpc_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
