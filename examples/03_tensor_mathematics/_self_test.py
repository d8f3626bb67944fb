"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Preguntas sobre índices, leyes y costos. Cuenta tu primera respuesta; el puntaje se queda en este
    navegador.
  en: Questions on indices, laws and costs. Your first answer counts; the score stays in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# En $y_i = A_{ij}\,x_j$, ¿qué índice se suma?
#
# - [x] El que se repite, $j$: el que queda libre, $i$, es el del resultado.
# - [ ] El primero, $i$: aparece una sola vez a cada lado, así que queda.
# - [ ] Los dos: quedaría un número y no un vector.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# In $y_i = A_{ij}\,x_j$, which index is summed?
#
# - [x] The repeated one, $j$: the free one, $i$, is that of the result.
# - [ ] The first one, $i$: it appears once on each side, so it stays.
# - [ ] Both: that would leave a number and not a vector.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# `A` tiene forma `(2, 7)` y `B` forma `(7, 3)`. ¿Qué productos existen?
#
# - [x] Solo `A @ B`, de forma `(2, 3)`: los tamaños interiores, 7 y 7, coinciden y desaparecen.
# - [ ] `A @ B` y `B @ A`: en `B @ A` tendrían que coincidir 3 y 2.
# - [ ] Ninguno, porque no son cuadradas: no hace falta que lo sean.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# `A` has shape `(2, 7)` and `B` shape `(7, 3)`. Which products exist?
#
# - [x] Only `A @ B`, of shape `(2, 3)`: the inner sizes, 7 and 7, agree and vanish.
# - [ ] `A @ B` and `B @ A`: in `B @ A`, 3 and 2 would have to agree.
# - [ ] None, because they are not square: they need not be.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué ley **no** cumple el producto de matrices?
#
# - [ ] La distributiva: $A(B + C) = AB + AC$ se cumple siempre que las formas lo permitan.
# - [x] La conmutativa: en general $AB \neq BA$, cuando los dos existen.
# - [ ] La asociativa: $A(BC) = (AB)C$ se cumple, aunque el costo sea distinto.
#
# Se contesta en [Productos escalares](dot_products.md).

# %% [markdown] lang="en" tags=["quiz"]
# Which law does the product of matrices **not** obey?
#
# - [ ] The distributive one: $A(B + C) = AB + AC$ holds whenever the shapes allow it.
# - [x] The commutative one: in general $AB \neq BA$, where both exist.
# - [ ] The associative one: $A(BC) = (AB)C$ holds, although the cost differs.
#
# Answered in [Dot products](dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# Con tensores `float32`, ¿cuánto da `(1e8 + 1) - 1e8`?
#
# - [ ] 1: así es en los números reales, pero cada suma de `float32` se redondea.
# - [x] 0: cerca de $10^8$ los `float32` están separados por 8, y el 1 se pierde en la primera suma.
# - [ ] Un valor distinto cada vez: el redondeo no es azar; las mismas sumas en el mismo orden dan lo mismo.
#
# Se contesta en [Suma y producto por un número](sum_and_scale.md).

# %% [markdown] lang="en" tags=["quiz"]
# With `float32` tensors, what does `(1e8 + 1) - 1e8` give?
#
# - [ ] 1: so it is on the real numbers, but every sum of `float32` is rounded.
# - [x] 0: near $10^8$ the `float32` numbers lie 8 apart, and the 1 is lost in the first sum.
# - [ ] A different value each time: rounding is not chance; the same sums in the same order give the same.
#
# Answered in [Sum and product with a number](sum_and_scale.md).

# %% [markdown] lang="es" tags=["quiz"]
# Intercambias los factores de $\vec x \times \vec y$ y duplicas los dos. ¿Por cuánto se multiplica el
# resultado?
#
# - [ ] Por 4: así sería sin el intercambio, que cambia el signo.
# - [ ] Por −2: cada factor aporta un 2, y son dos factores.
# - [x] Por −4: los dos 2 salen del producto y el intercambio cambia el signo.
#
# Se contesta en [Producto vectorial](cross_product.md).

# %% [markdown] lang="en" tags=["quiz"]
# You swap the factors of $\vec x \times \vec y$ and double both. By what is the result multiplied?
#
# - [ ] By 4: so it would be without the swap, which changes the sign.
# - [ ] By −2: each factor contributes a 2, and there are two factors.
# - [x] By −4: both 2s come out of the product, and the swap changes the sign.
#
# Answered in [The vector product](cross_product.md).

# %% [markdown] lang="es" tags=["quiz"]
# `A`, `B` y `C` son matrices de 4 × 4. ¿Qué es siempre igual a $\operatorname{tr}(ABC)$?
#
# - [x] $\operatorname{tr}(BCA)$: dentro de la traza los factores se pueden rotar.
# - [ ] $\operatorname{tr}(ACB)$: intercambiar dos factores no es rotarlos, y en general cambia el valor.
# - [ ] $\operatorname{tr}(A) \operatorname{tr}(B) \operatorname{tr}(C)$: la traza separa sumas, no productos.
#
# Se contesta en [Producto tensorial, traza y normas](outer_trace_norm.md).

# %% [markdown] lang="en" tags=["quiz"]
# `A`, `B` and `C` are 4 × 4 matrices. What always equals $\operatorname{tr}(ABC)$?
#
# - [x] $\operatorname{tr}(BCA)$: within the trace the factors may be rotated.
# - [ ] $\operatorname{tr}(ACB)$: to swap two factors is not to rotate them, and changes the value in general.
# - [ ] $\operatorname{tr}(A) \operatorname{tr}(B) \operatorname{tr}(C)$: the trace splits sums, not products.
#
# Answered in [Outer product, trace and norms](outer_trace_norm.md).

# %% [markdown] lang="es" tags=["quiz"]
# En `torch.einsum("ij,jk->k", A, B)`, ¿qué le pasa a $i$?
#
# - [ ] Queda libre, porque no se repite: así es en el convenio de Einstein; en `einsum` decide la flecha.
# - [ ] Da un error: una letra puede estar en un solo operando y faltar en el resultado.
# - [x] Se suma: no está tras la flecha, y con eso basta.
#
# Se contesta en [einsum](einsum.md).

# %% [markdown] lang="en" tags=["quiz"]
# In `torch.einsum("ij,jk->k", A, B)`, what happens to $i$?
#
# - [ ] It stays free, since it is not repeated: so it is in Einstein's convention; in `einsum` the arrow
#   decides.
# - [ ] It raises an error: a letter may be in one operand only and be missing from the result.
# - [x] It is summed: it does not appear after the arrow, and that is enough.
#
# Answered in [einsum](einsum.md).

# %% [markdown] lang="es" tags=["quiz"]
# Los vectores de una base ortonormal nueva son las filas de $Q$. ¿Qué componentes tiene en ella un tensor de
# segundo orden $T$?
#
# - [ ] Los mismos, $T$: el objeto es el mismo, sus componentes no.
# - [x] $Q\,T\,Q^{\mathsf T}$: un factor $Q$ por cada índice.
# - [ ] $Q\,T$: así cambiaría solo el primer índice.
#
# Se contesta en [Cambio de base](change_of_basis.md).

# %% [markdown] lang="en" tags=["quiz"]
# The vectors of a new orthonormal basis are the rows of $Q$. Which components has a second-order tensor $T$
# in it?
#
# - [ ] The same ones, $T$: the object is the same, its components are not.
# - [x] $Q\,T\,Q^{\mathsf T}$: one factor $Q$ for each index.
# - [ ] $Q\,T$: that would change the first index only.
#
# Answered in [Change of basis](change_of_basis.md).

# %% [markdown] lang="es" tags=["quiz"]
# `nn.Conv2d(3, 8, kernel_size=5)` recibe una foto de 3 × 32 × 32. ¿Qué forma sale?
#
# - [ ] `(8, 32, 32)`: para conservar el tamaño haría falta `padding=2`.
# - [ ] `(24, 28, 28)`: cada filtro suma los tres canales, así que sale un canal por filtro.
# - [x] `(8, 28, 28)`: la ventana cabe en 32 − 5 + 1 lugares por eje, y hay ocho filtros.
#
# Se contesta en [Convolución](convolution.md).

# %% [markdown] lang="en" tags=["quiz"]
# `nn.Conv2d(3, 8, kernel_size=5)` receives a photograph of 3 × 32 × 32. What shape comes out?
#
# - [ ] `(8, 32, 32)`: keeping the size would take `padding=2`.
# - [ ] `(24, 28, 28)`: each filter adds up the three channels, so that one channel comes out per filter.
# - [x] `(8, 28, 28)`: the window fits at 32 − 5 + 1 places along each axis, and there are eight filters.
#
# Answered in [Convolution](convolution.md).

# %% [markdown] lang="es" tags=["quiz"]
# `nn.MaxPool2d(2)` recibe 8 canales de 28 × 28. ¿Qué sale, y cuántos pesos aprende?
#
# - [x] 8 canales de 14 × 14, y ningún peso: resume cada ventana de cada canal por su máximo.
# - [ ] 1 canal de 14 × 14, y ningún peso: los canales no se suman; cada uno se resume aparte.
# - [ ] 8 canales de 14 × 14, y 4 pesos: el máximo no multiplica por nada que se pueda aprender.
#
# Se contesta en [Pooling](pooling.md).

# %% [markdown] lang="en" tags=["quiz"]
# `nn.MaxPool2d(2)` receives 8 channels of 28 × 28. What comes out, and how many weights does it learn?
#
# - [x] 8 channels of 14 × 14, and no weights: it sums up each window of each channel by its maximum.
# - [ ] 1 channel of 14 × 14, and no weights: channels are not added; each is summed up on its own.
# - [ ] 8 channels of 14 × 14, and 4 weights: the maximum multiplies by nothing that can be learned.
#
# Answered in [Pooling](pooling.md).

# %% [markdown] lang="es" tags=["quiz"]
# En la atención, $a_{ts}$ es el puntaje de la consulta $t$ con la clave $s$. ¿Sobre qué índice suma
# *softmax*?
#
# - [ ] Sobre $t$: sumarían 1 las columnas, y lo que recibe una consulta no sería un promedio.
# - [x] Sobre $s$: los pesos de cada consulta suman 1, y así promedia los valores.
# - [ ] Sobre los dos: sumaría 1 la tabla entera, y cada consulta recibiría solo una parte.
#
# Se contesta en [Normalización y atención](normalisation_attention.md).

# %% [markdown] lang="en" tags=["quiz"]
# In attention, $a_{ts}$ is the score of query $t$ with key $s$. Over which index does softmax sum?
#
# - [ ] Over $t$: the columns would add up to 1, and what a query receives would be no mean.
# - [x] Over $s$: the weights of each query add up to 1, and so it averages the values.
# - [ ] Over both: the whole table would add up to 1, and each query would receive only a part.
#
# Answered in [Normalisation and attention](normalisation_attention.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuál es el gradiente de $x_i A_{ij} x_j$ respecto de $\vec x$?
#
# - [ ] $2 A \cdot \vec x$: así es solo si $A$ es simétrica.
# - [ ] $A \cdot \vec x$: así se deriva una sola de las dos apariciones de $\vec x$.
# - [x] $(A + A^{\mathsf T}) \cdot \vec x$: cada aparición de $\vec x$ da un término.
#
# Se contesta en [Cálculo matricial](matrix_calculus.md).

# %% [markdown] lang="en" tags=["quiz"]
# What is the gradient of $x_i A_{ij} x_j$ with respect to $\vec x$?
#
# - [ ] $2 A \cdot \vec x$: so it is only if $A$ is symmetric.
# - [ ] $A \cdot \vec x$: this differentiates only one of the two occurrences of $\vec x$.
# - [x] $(A + A^{\mathsf T}) \cdot \vec x$: each occurrence of $\vec x$ gives a term.
#
# Answered in [Matrix calculus](matrix_calculus.md).
