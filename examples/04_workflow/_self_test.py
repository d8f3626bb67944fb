"""
title:
  es: Ponte a prueba
  en: Test yourself
summary:
  es: Una pregunta por lección, de los datos al modelo desplegado. Cuenta tu primera respuesta; el puntaje se
    queda en este navegador.
  en: One question per lesson, from the data to the deployed model. Your first answer counts; the score stays
    in this browser.
"""
# %% [markdown] lang="es" tags=["quiz"]
# ¿En qué orden van las llamadas de un paso de entrenamiento?
#
# - [x] Predecir, calcular la pérdida, `zero_grad()`, `backward()`, `step()`: el gradiente se borra antes de
#   calcular el nuevo y se usa después.
# - [ ] Predecir, `step()`, calcular la pérdida, `backward()`: se daría el paso con el gradiente anterior.
# - [ ] Predecir, calcular la pérdida, `backward()`, `zero_grad()`, `step()`: el optimizador encontraría los
#   gradientes borrados.
#
# Se contesta en [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md).

# %% [markdown] lang="en" tags=["quiz"]
# In which order do the calls of a training step come?
#
# - [x] Predict, compute the loss, `zero_grad()`, `backward()`, `step()`: the gradient is cleared before the
#   new one is computed, and used after it.
# - [ ] Predict, `step()`, compute the loss, `backward()`: the step would be taken with the previous
#   gradient.
# - [ ] Predict, compute the loss, `backward()`, `zero_grad()`, `step()`: the optimiser would find the
#   gradients cleared.
#
# Answered in [A line, from bare tensors to a saved model](linear_regression.md).

# %% [markdown] lang="es" tags=["quiz"]
# Promedias la exactitud de cada *batch* y el último es más corto. ¿Qué ocurre?
#
# - [ ] Nada, la media es la media: la media de medias solo coincide si todas cuentan lo mismo.
# - [ ] El resultado siempre sale más bajo: puede salir más alto, según qué haya en el último.
# - [x] Los ejemplos del último pesan más que los demás: el remedio es sumar aciertos y dividir una sola
#   vez.
#
# Se contesta en [Evaluación honesta](honest_evaluation.md).

# %% [markdown] lang="en" tags=["quiz"]
# You average the accuracy of each batch, and the last one is shorter. What happens?
#
# - [ ] Nothing, a mean is a mean: the mean of means agrees only if all count the same.
# - [ ] The result is always lower: it may be higher, depending on what the last one holds.
# - [x] The examples of the last one weigh more than the others: the cure is to add up right answers and
#   divide once.
#
# Answered in [Honest evaluation](honest_evaluation.md).

# %% [markdown] lang="es" tags=["quiz"]
# Apilas diez capas lineales sin nada entre ellas. ¿Qué fronteras puede trazar esa red?
#
# - [ ] Curvas cada vez más finas, porque diez capas son profundas: su producto es una sola matriz.
# - [x] Solo rectas: la composición de capas lineales es una capa lineal, y hace falta una no linealidad.
# - [ ] Diez rectas, una por capa: cada capa vuelve a mezclar lo anterior sin doblarlo.
#
# Se contesta en [Dos círculos y el doblez que hace falta](nonlinearity_circles.md).

# %% [markdown] lang="en" tags=["quiz"]
# You stack ten linear layers with nothing between them. Which boundaries can that network draw?
#
# - [ ] Ever finer curves, since ten layers are deep: their product is one single matrix.
# - [x] Straight ones only: linear layers compose into a linear layer, and a nonlinearity is needed.
# - [ ] Ten straight lines, one per layer: each layer mixes what came before without folding it.
#
# Answered in [Two circles and the fold they ask for](nonlinearity_circles.md).

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas con `cross_entropy`. ¿Qué le entregas?
#
# - [ ] Probabilidades, después de softmax: se aplicaría dos veces, y ningún error lo avisa.
# - [ ] La clase elegida con `argmax`: no tiene derivada, y con ella no se aprende.
# - [x] Los logits tal como salen de la última capa: la pérdida aplica softmax por dentro.
#
# Se contesta en [Manchas, lunas y espirales](multiclass_blobs.md).

# %% [markdown] lang="en" tags=["quiz"]
# You train with `cross_entropy`. What do you hand it?
#
# - [ ] Probabilities, after softmax: it would be applied twice, and no error gives notice.
# - [ ] The class chosen by `argmax`: it has no derivative, and nothing is learned from it.
# - [x] The logits as they leave the last layer: the loss applies softmax inside.
#
# Answered in [Blobs, moons and spirals](multiclass_blobs.md).

# %% [markdown] lang="es" tags=["quiz"]
# De 3000 columnas vas a conservar las 20 que mejor se corresponden con la etiqueta. ¿Cuándo las eliges?
#
# - [ ] Antes de separar, para aprovechar todos los datos: las etiquetas de la prueba ayudarían a elegir.
# - [x] Después de separar y solo con el entrenamiento: con la prueba a la vista, hasta el ruido puro acierta.
# - [ ] Da igual, porque elegir columnas no es entrenar: es aprender de las etiquetas, y mucho.
#
# Se contesta en [Preparar los datos sin espiar el examen](preprocessing.md).

# %% [markdown] lang="en" tags=["quiz"]
# Of 3000 columns you are to keep the 20 that go best with the label. When do you choose them?
#
# - [ ] Before splitting, to make use of all the data: the labels of the test would help to choose.
# - [x] After splitting and from training alone: with the test in sight, even pure noise gets it right.
# - [ ] It does not matter, since choosing columns is not training: it is learning from labels, and a lot.
#
# Answered in [Preparing data without peeking at the exam](preprocessing.md).

# %% [markdown] lang="es" tags=["quiz"]
# El entrenamiento mejora sin pausa y la validación empeora desde la época 12. ¿Qué ocurre?
#
# - [x] La red memoriza lo que solo vale para sus ejemplos: conviene quedarse con los pesos de esa época.
# - [ ] Subajusta: entonces tampoco acertaría en el entrenamiento.
# - [ ] La tasa de aprendizaje es demasiado pequeña: el entrenamiento avanza, y ese no es el problema.
#
# Se contesta en [Ajustar: ni de menos ni de más](fitting.md).

# %% [markdown] lang="en" tags=["quiz"]
# Training improves without pause, and validation gets worse from epoch 12 on. What is happening?
#
# - [x] The network memorises what holds for its examples only: better to keep the weights of that epoch.
# - [ ] It underfits: then it would not do well in training either.
# - [ ] The learning rate is too small: training makes progress, and that is not the problem.
#
# Answered in [Fitting: not too little, not too much](fitting.md).

# %% [markdown] lang="es" tags=["quiz"]
# Una de tus carpetas de clase quedó vacía y `ImageFolder` la acepta con `allow_empty=True`. ¿Qué cambia?
#
# - [ ] Nada, porque sin imágenes no hay clase: la carpeta ya ocupó un índice.
# - [ ] El entrenamiento se detiene con un error al llegar a ella: no hay nada que abrir, así que nunca llega.
# - [x] La clase conserva su índice: el modelo tendrá una salida de la que no vio ningún ejemplo.
#
# Se contesta en [Tus propias imágenes](custom_data.md).

# %% [markdown] lang="en" tags=["quiz"]
# One of your class folders was left empty and `ImageFolder` accepts it with `allow_empty=True`. What changes?
#
# - [ ] Nothing, since without pictures there is no class: the folder has taken an index already.
# - [ ] Training stops with an error on reaching it: there is nothing to open, so it never gets there.
# - [x] The class keeps its index: the model will have an output of which it saw no example.
#
# Answered in [Your own pictures](custom_data.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué se anota en cada línea de la tabla de experimentos?
#
# - [ ] Solo la exactitud, para compararlas de un vistazo: con ella sola no se repite ninguna.
# - [x] Los conteos y todo lo que haría falta para repetirla: receta, semilla y versiones.
# - [ ] Las que salieron bien: sin las otras no se sabe entre cuántas se eligió.
#
# Se contesta en [Experimentos que se pueden comparar](experiments.md).

# %% [markdown] lang="en" tags=["quiz"]
# What is noted in each line of a table of experiments?
#
# - [ ] The accuracy alone, to compare at a glance: with nothing else none can be repeated.
# - [x] The counts and all that it would take to repeat it: recipe, seed and versions.
# - [ ] Those that went well: without the others nobody knows how many were chosen from.
#
# Answered in [Experiments that can be compared](experiments.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cómo conviene explorar tasas de aprendizaje?
#
# - [ ] Sumando siempre lo mismo, 0,1, 0,2, 0,3: dejaría sin probar todo lo que hay por debajo de la primera.
# - [x] Multiplicando por un factor, 0,001, 0,01, 0,1: la ventana útil abarca un factor.
# - [ ] Con una sola, la que usan los demás: depende de los datos, del modelo y de la escala.
#
# Se contesta en [Arte y ciencia](art_and_science.md).

# %% [markdown] lang="en" tags=["quiz"]
# How should learning rates be explored?
#
# - [ ] By adding the same each time, 0.1, 0.2, 0.3: all that lies below the first would go untried.
# - [x] By multiplying by a factor, 0.001, 0.01, 0.1: the useful window spans a factor.
# - [ ] With a single one, that which others use: it depends on the data, the model and the scale.
#
# Answered in [Art and science](art_and_science.md).

# %% [markdown] lang="es" tags=["quiz"]
# Un desconocido te envía un archivo `.pt`. ¿Cómo lo abres?
#
# - [ ] Con `weights_only=False` dentro de un `try`: el código escondido se ejecuta antes de cualquier error.
# - [x] Con `weights_only=True`, o pides safetensors: un archivo *pickle* es un programa.
# - [ ] Igual que los tuyos, porque un modelo solo contiene números: puede contener instrucciones.
#
# Se contesta en [Guardar, cargar y seguir como si nada](save_load.md).

# %% [markdown] lang="en" tags=["quiz"]
# A stranger sends you a `.pt` file. How do you open it?
#
# - [ ] With `weights_only=False` inside a `try`: the hidden code runs before any error.
# - [x] With `weights_only=True`, or you ask for safetensors: a pickle file is a program.
# - [ ] Like your own, since a model holds nothing but numbers: it may hold instructions.
#
# Answered in [Save, load, and carry on as if nothing happened](save_load.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Para qué se guarda la configuración en el mismo archivo que los pesos?
#
# - [ ] Para que ocupe menos: unas líneas de texto no cambian el tamaño.
# - [ ] Para que la carga sea más rápida: tarda lo mismo.
# - [x] Para que el archivo sepa cómo se hizo y cómo se usa: los pesos solos no dicen su arquitectura.
#
# Se contesta en [De cuaderno a programa](going_modular.md).

# %% [markdown] lang="en" tags=["quiz"]
# What is the configuration kept in the same file as the weights for?
#
# - [ ] To take less room: a few lines of text do not change the size.
# - [ ] To load faster: it takes the same time.
# - [x] So that the file knows how it was made and how it is used: weights alone do not tell their
#   architecture.
#
# Answered in [From notebook to program](going_modular.md).

# %% [markdown] lang="es" tags=["quiz"]
# El modelo exportado difiere del original en la séptima cifra de cada logit. ¿Qué haces?
#
# - [ ] Descartarlo, porque debería dar lo mismo bit a bit: otro motor suma en otro orden.
# - [ ] Aceptarlo sin más, porque es muy poco: falta ver todo el conjunto de prueba y otros tamaños de
#   *batch*.
# - [x] Compararlo con una tolerancia, con todos los datos de prueba y varios tamaños de *batch*: así se
#   distingue el redondeo de un error.
#
# Se contesta en [Desplegar: del entrenamiento al navegador](deployment.md).

# %% [markdown] lang="en" tags=["quiz"]
# The exported model differs from the original in the seventh digit of each logit. What do you do?
#
# - [ ] Discard it, since it should give the same bit by bit: another engine adds in another order.
# - [ ] Accept it as it is, since that is very little: the whole test set and other batch sizes are still
#   unseen.
# - [x] Compare it with a tolerance, on the whole test set and with several batch sizes: that tells rounding
#   from an error.
#
# Answered in [Deployment: from training to the browser](deployment.md).
